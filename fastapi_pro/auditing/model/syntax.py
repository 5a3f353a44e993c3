"""Calls, as they are written."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.model.module import own_nodes


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return the value of a keyword argument."""
    return next((k.value for k in call.keywords if k.arg == name), None)


def argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    """Return the value of an argument that may be given by position or by keyword."""
    found = keyword(call, name)
    if found is None and position < len(call.args):
        positional = call.args[: position + 1]
        if not any(isinstance(a, ast.Starred) for a in positional):
            return positional[-1]
    return found


def has_unpacking(call: ast.Call) -> bool:
    """Say whether a call is given `**something`, whose keys nobody knows."""
    return any(k.arg is None for k in call.keywords)


def calls_in(function: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls of a function's own body, in the order of the source."""
    return (node for node in own_nodes(function) if isinstance(node, ast.Call))
