"""A relationship that the response schema has and the query does not load."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_fastapi import Route
from fastapi_pro.auditing.libraries.legacy_responses import http_routes, response_schema
from fastapi_pro.auditing.libraries.pydantic import Field, fields, is_schema
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    Model,
    Relationship,
    model_named,
    models,
)
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import dotted, is_async_session
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    callee,
    keyword,
    own_nodes,
    selected,
)

_ROWS = {
    "all", "first", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalars", "unique",
}  # fmt: skip
_LOADS = {"execute", "exec", "scalar", "scalars"}
_DEPTH = 3  # of functions followed


@dataclass(frozen=True, slots=True, eq=False)
class _Query:
    """Where objects come from: the function, the call of the session, and its statement."""

    function: At
    call: ast.Call
    statement: ast.expr | None
    model: Model


def detect(program: Program) -> Iterator[Hit]:
    """Yield the queries whose objects an endpoint serialises with a relationship not loaded."""
    seen: set[tuple[int, str]] = set()
    for route in program.fact(http_routes):
        schema = response_schema(program, route)
        hides = keyword(route.call, "response_model_exclude") or keyword(
            route.call, "response_model_include"
        )
        if schema is None or hides is not None or not is_schema(program, schema):
            continue
        declared = fields(program, schema)
        for query in _queries(program, route.function, schema, 0):
            for name, relationship in query.model.relationships.items():
                field = declared.get(name)
                if field is None or not _is_lazy(relationship) or not _reads(field):
                    continue
                if _is_loaded(program, query, name) or any(
                    _is_seen_to(at, name) for at in (route.function, query.function)
                ):
                    continue
                if (id(query.call), name) not in seen:
                    seen.add((id(query.call), name))
                    yield Hit(
                        query.function.module, query.call, _message(route, query, name, schema)
                    )


def _message(route: Route, query: _Query, name: str, schema: At) -> str:
    assert isinstance(schema.node, ast.ClassDef)
    return (
        f"`{route.node.name}` answers with `{schema.node.name}.{name}`, and this query does not"
        f" load `{query.model.name}.{name}`: reading it raises MissingGreenlet, a 500"
    )


def _is_lazy(relationship: Relationship) -> bool:
    return relationship.lazy == "select"


def _reads(field: Field) -> bool:
    """Say whether a field is filled from the attribute of its name."""
    for at in field.metadata:
        if isinstance(at.node, ast.Call):
            names = ("validation_alias", "alias", "exclude")
            if any(keyword(at.node, name) is not None for name in names):
                return False
    return True


def _queries(program: Program, function: At, schema: At, depth: int) -> Iterator[_Query]:
    """Yield the queries whose objects a function returns, functions that it calls followed."""
    if not isinstance(function.node, FUNCTIONS) or depth > _DEPTH:
        return
    for node in own_nodes(function.node):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from _of_value(program, function, node.value, schema, depth)


def _of_value(
    program: Program, function: At, expr: ast.expr, schema: At, depth: int
) -> Iterator[_Query]:  # fmt: skip
    """Yield the query from which a value comes, unchanged or validated by the schema."""
    node: ast.AST = expr
    for _ in range(12):
        if isinstance(node, ast.Name):
            binding = program.binding(function.module, node)
            if binding is None or binding.kind != "assign":
                return
            if len(function.module.bindings(function.node).get(node.id, ())) != 1:
                return  # nobody knows which
            node = binding.node
        elif isinstance(node, ast.Await):
            node = node.value
        elif isinstance(node, (ast.ListComp, ast.GeneratorExp)):
            each = node.elt
            if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute) and each.args:
                if program.resolve(function.module, each.func.value) != schema:
                    return
                each = each.args[0]
            source = node.generators[0]
            if not isinstance(each, ast.Name) or dotted(source.target) != each.id:
                return
            node = source.iter
        elif isinstance(node, ast.Call):
            func = node.func
            if program.name_of(function.module, func) == "builtins.list" and node.args:
                node = node.args[0]
                continue
            if isinstance(func, ast.Attribute):
                if func.attr in ("model_validate", "from_orm") and node.args:
                    if program.resolve(function.module, func.value) != schema:
                        return
                    node = node.args[0]
                    continue
                query = _query(program, function, node, func)
                if query is not None:
                    yield query
                    return
            target = callee(program, function.module, node)
            if target is not None:
                yield from _queries(program, target, schema, depth + 1)
                return
            is_rows = isinstance(func, ast.Attribute) and func.attr in _ROWS
            if not is_rows or (func.attr == "scalars" and node.args):  # type: ignore[attr-defined]
                return
            node = func.value  # type: ignore[attr-defined]
        else:
            return


def _query(program: Program, function: At, call: ast.Call, func: ast.Attribute) -> _Query | None:
    """Return the query that a call of an async session's method sends."""
    module = function.module
    if func.attr not in (*_LOADS, "get", "get_one") or not call.args:
        return None
    if not is_async_session(program, module, func.value):
        return None
    if func.attr in ("get", "get_one"):
        model = model_named(program, module, call.args[0])
        return _Query(function, call, None, model) if model is not None else None
    cls = selected(program, module, call.args[0])
    model = program.fact(models).get(cls) if cls is not None else None
    return _Query(function, call, call.args[0], model) if model is not None else None


def _is_loaded(program: Program, query: _Query, name: str) -> bool:
    """Say whether a query loads a relationship, or may do so by what cannot be read."""
    module = query.function.module
    if keyword(query.call, "options") is not None or any(
        k.arg is None for k in query.call.keywords
    ):
        return True
    if query.statement is None:
        return False
    seen: list[ast.AST] = [query.statement]
    for node in seen:  # grows while it is walked
        for part in ast.walk(node):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load):
                seen += _values(program, module, query.function, part, seen)
    return any(_loads(part, name) for node in seen for part in ast.walk(node))


def _values(
    program: Program, module: Module, function: At, name: ast.Name, seen: list[ast.AST]
) -> list[ast.AST]:
    """Return everything that a variable of the function, or of the module, is set to."""
    bindings = module.bindings(function.node).get(name.id) or []
    if not bindings:
        found = program.value(module, name)
        if found is None or found.module is not module:
            return []
        values = [found.node]
    else:
        values = [binding.node for binding in bindings if binding.kind == "assign"]
    is_known = {id(node) for node in seen}
    return [v for v in values if isinstance(v, ast.expr) and id(v) not in is_known]


def _loads(node: ast.AST, name: str) -> bool:
    """Say whether a node is `.options(...)` that names the relationship, or cannot be read."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return False
    if node.func.attr != "options":
        return False
    for arg in node.args:
        if not isinstance(arg, ast.Call):
            return True
        for part in ast.walk(arg):
            if isinstance(part, ast.Attribute) and part.attr == name:
                return True
            if isinstance(part, ast.Constant) and part.value in (name, "*"):
                return True
            if isinstance(part, ast.Starred):
                return True
    return False


def _is_seen_to(function: At, name: str) -> bool:
    """Say whether an endpoint refreshes or awaits the relationship, or speaks of it otherwise."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr in (name, "awaitable_attrs", "refresh"))
        or (isinstance(node, ast.Constant) and node.value == name)
        for node in own_nodes(function.node)
    )
