"""Tests of the environment that a service runs in: production, or a developer's."""

import ast
import re

from fastapi_pro.auditing.model.node import Node

_ENVIRONMENT = re.compile(r"(\b|_)(prod|env)", re.IGNORECASE)


def is_refused_in_production(node: Node) -> bool:
    """Say whether a function has raised before in every environment but that of a developer.

    Of a function itself: whether it does.
    """
    function = node if node.is_function else node.function
    for branch in function.own(ast.If):
        is_before = node == function or (branch.position < node.position and not branch.holds(node))
        if is_before and _ENVIRONMENT.search(branch.test.text):
            return any(isinstance(last.ast, ast.Raise) for last in branch.body[-1:])
    return False
