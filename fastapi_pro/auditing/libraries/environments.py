"""Tests of the environment that a service runs in: production, or a developer's."""

import ast
import re

from fastapi_pro.auditing.model.flow import preceding
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
    is_production:`. Or what comes after `if is_production: return`.
    """
    below = node
    for above in node.ancestors:
        if any(_leaves_in_production(before) for before in preceding(below)):
            return True
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


def _leaves_in_production(statement: Node) -> bool:
    """Say whether a statement is `if is_production: return`, perhaps with `and not testing`."""
    branch = statement.ast
    if not isinstance(branch, ast.If) or not isinstance(branch.body[-1], ast.Return):
        return False
    test = statement.test
    return all(map(_is_of_production, test.operands if _is_and(test) else [test]))


def _is_and(test: Node) -> bool:
    return isinstance(test.ast, ast.BoolOp) and isinstance(test.ast.op, ast.And)


def _is_of_production(test: Node) -> bool:
    """Say whether a condition is true in production, and none of a developer's."""
    text = test.text
    is_negated = "!=" in text or text.startswith("not ")
    return bool((_LOCAL if is_negated else _PRODUCTION).search(text)) and not (
        is_negated and _PRODUCTION.search(text)
    )
