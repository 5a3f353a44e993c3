"""Tests of the environment that a service runs in: production, or a developer's."""

import ast
import re

from fastapi_pro.auditing.model.node import Node

_LOCAL = re.compile(
    r"(^|[^a-z])(local(host)?|(local_?)?(dev|develop\w*|debug|testing))([^a-z]|$)", re.IGNORECASE
)
_PRODUCTION = re.compile(r"(\b|_)prod", re.IGNORECASE)
_ENVIRONMENT = re.compile(r"(\b|_)(prod|env)", re.IGNORECASE)


def is_refused_in_production(node: Node) -> bool:
    """Say whether a function has already raised here, in every environment except a developer's.

    For a whole function: whether it does so somewhere.
    """
    function = node if node.is_function else node.function
    for branch in function.own(ast.If):
        is_before = node == function or (branch.position < node.position and not branch.holds(node))
        if is_before and _ENVIRONMENT.search(branch.test.text):
            return any(isinstance(last.ast, ast.Raise) for last in branch.body[-1:])
    return False


def is_for_developers(node: Node) -> bool:
    """Say whether something runs only in a developer's environment, by the conditions around it.

    These are `if env == "local":`, or the `else` of `if env != "local":` and of `if
    is_production:`.
    """
    below = node
    for above in node.ancestors:
        if isinstance(above.ast, ast.If):
            text = above.test.text
            is_negated = "!=" in text or text.startswith("not ")
            is_inside = below.ast in above.ast.body
            if _LOCAL.search(text) and not _PRODUCTION.search(text) and is_inside != is_negated:
                return True
            if _PRODUCTION.search(text) and not _LOCAL.search(text) and is_inside == is_negated:
                return True
        below = above
    return False
