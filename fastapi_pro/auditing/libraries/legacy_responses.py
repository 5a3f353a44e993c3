"""What endpoints return, and the schema of their responses."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.legacy_fastapi import Route, routes, unwrap
from fastapi_pro.auditing.model.legacy import At, Module, Program, keyword, own_nodes

_NOT_HTTP = ("websocket", "add_route", "add_api_websocket_route")
_LISTS = {
    "builtins.list",
    "collections.abc.Sequence",
    "collections.abc.Iterable",
    "collections.abc.Collection",
}


def http_routes(program: Program) -> list[Route]:
    """Return the routes whose answers FastAPI makes: no websockets, none of Starlette's."""
    return [route for route in program.fact(routes) if route.method not in _NOT_HTTP]


def response_schema(program: Program, route: Route) -> At | None:
    """Return the class that validates the response, or each item of it; None without one."""
    declared = keyword(route.call, "response_model")
    module = route.module
    if declared is None:
        declared, module = route.node.returns, route.function.module
    at, _ = unwrap(program, module, declared)
    if at is not None and isinstance(at.node, ast.Subscript):
        if program.name_of(at.module, at.node.value) not in _LISTS:
            return None
        at, _ = unwrap(program, at.module, at.node.slice)
    origin = program.resolve(at.module, at.node) if at is not None else None
    return origin if isinstance(origin, At) and isinstance(origin.node, ast.ClassDef) else None


def returned(program: Program, route: Route) -> Iterator[tuple[ast.Return, At]]:
    """Yield what an endpoint returns, through names; of a comprehension its element."""
    module = route.function.module
    for node in own_nodes(route.node):
        if isinstance(node, ast.Return) and node.value is not None:
            value = _value(program, module, node.value)
            if value is not None and isinstance(value.node, (ast.ListComp, ast.GeneratorExp)):
                value = _value(program, value.module, value.node.elt)
            if value is not None:
                yield node, value


def _value(program: Program, module: Module, expr: ast.expr) -> At | None:
    value = program.value(module, expr)
    if value is None or value.binding is None or value.binding.kind == "assign":
        return value
    return At(module, expr)
