"""Where a value comes from: through variables, parameters, and what functions return."""

import ast
from collections.abc import Callable, Iterator

from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node


def origins(expr: Node, through: Callable[[Node], list[Node]] = lambda _: []) -> Iterator[Node]:
    """Yield the expressions that a value may come from, the nearest first.

    `through` gives the expressions that an expression only passes on, such as the `x` of `str(x)`.
    A parameter comes from the arguments of the callers, a call from what its function returns.
    """
    yield from _origins(expr, through, set(), 0)


def _origins(
    expr: Node, through: Callable[[Node], list[Node]], seen: set[Node], depth: int
) -> Iterator[Node]:
    if not expr or expr in seen or depth > 4 * limits.CALLS:
        return
    seen.add(expr)
    yield expr
    for origin in _before(expr) or through(expr):
        yield from _origins(origin, through, seen, depth + 1)


def _before(expr: Node) -> list[Node]:
    match expr.ast:
        case ast.Await(value=value) | ast.NamedExpr(value=value):
            return [expr.at(value)]
        case ast.BoolOp():
            return expr.operands
        case ast.IfExp(body=body, orelse=orelse):
            return [expr.at(body), expr.at(orelse)]
        case ast.Name():
            return _of_name(expr)
        case ast.Call() if expr.callee and expr.callee.name != "__init__":
            return expr.callee.returned
    return []


def _of_name(name: Node) -> list[Node]:
    binding = name.bound
    if binding is None:
        return []
    if binding.kind == "param":
        given = name.at(binding.node)
        return [given.passed(call) for call in given.function.callers]
    if binding.kind == "assign":
        listed = [b for b in name.function.bindings(name.name) if b.kind == "assign"]
        return [name.at(b.node) for b in listed or [binding]]
    return []
