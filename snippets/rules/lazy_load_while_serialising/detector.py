"""A relationship that the response schema has and the query does not load."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Endpoint, http_endpoints
from fastapi_pro.auditing.libraries.pydantic import Schema, schema_of
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_named, model_selected
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_async_session
from fastapi_pro.auditing.model import limits

_ROWS = {
    "all", "first", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalars", "unique",
}  # fmt: skip
_GETS = {"get", "get_one"}
_LONGEST = 110  # characters of a fix
_LOADS = {"execute", "exec", "scalar", "scalars"}


@dataclass(frozen=True)
class _Query:
    """Where objects come from: the call of the session, and their model."""

    call: Node
    model: Model


def detect(program: Program) -> Iterator[Hit]:
    """Yield the queries whose objects an endpoint serialises with a relationship not loaded."""
    seen: set[tuple[Node, str]] = set()
    for endpoint in http_endpoints(program):
        schema = schema_of(endpoint.response_schema)
        call = endpoint.call
        if (
            not schema
            or call.keyword("response_model_exclude")
            or call.keyword("response_model_include")
        ):
            continue
        for query in _queries(endpoint.function, schema):
            unloaded = _unloaded(endpoint, schema, query)
            if names := [name for name in unloaded if (query.call, name) not in seen]:
                seen.update((query.call, name) for name in names)
                yield _hit(endpoint, schema, query, names)


def _hit(endpoint: Endpoint, schema: Schema, query: _Query, names: list[str]) -> Hit:
    first, *others = (f"{query.model.name}.{name}" for name in names)
    more = f", nor {len(others)} more of the schema" if others else ""
    loads = [f"selectinload({name})" for name in (first, *others)]
    for count in range(len(loads), 0, -1):
        dots = ", …" if count < len(loads) else ""
        given = ", ".join(loads[:count]) + dots
        is_get = query.call.member in _GETS
        fix = f"`options=[{given}]` in this call" if is_get else f"`.options({given})`"
        if len(fix) <= _LONGEST:
            break
    return query.call.hit(
        f"`{endpoint.name}` answers with `{schema.name}.{names[0]}`, and this query does not load"
        f" `{first}`{more}: reading it raises MissingGreenlet, a 500",
        fix=fix if len(fix) <= _LONGEST else "",
    )


def _unloaded(endpoint: Endpoint, schema: Schema, query: _Query) -> Iterator[str]:
    """Yield the relationships that a schema reads and nobody loads."""
    for name, relationship in query.model.relationships.items():
        field = schema.fields.get(name)
        if field is None or relationship.lazy != "select":
            continue
        if field.options("validation_alias", "alias", "exclude") or _is_loaded(query, name):
            continue
        if not _is_seen_to(endpoint.function, name) and not _is_seen_to(query.call.function, name):
            yield name


def _queries(function: Node, schema: Schema, depth: int = 0) -> Iterator[_Query]:
    """Yield the queries whose objects a function returns, functions that it calls followed."""
    for returned in function.returned if depth <= limits.CALLS else ():
        value = returned
        for _ in range(limits.NAMES):
            if query := _query(value):
                yield query
                break
            is_validated = value.member in ("model_validate", "from_orm")
            if value.callee and not is_validated:
                yield from _queries(value.callee, schema, depth + 1)
                break
            value = _inside(value, schema)


def _query(call: Node) -> _Query | None:
    """Return the query that a call of an async session's method sends."""
    if call.member not in _LOADS | _GETS or not call.args or not is_async_session(call.owner):
        return None
    model = model_named(call.args[0]) if call.member in _GETS else model_selected(call.args[0])
    return _Query(call, model) if model is not None else None


def _inside(value: Node, schema: Schema) -> Node:
    """Return what holds the same objects as a value, unchanged or validated by the schema."""
    match value.ast:
        case ast.Name():
            bindings = value.function.bindings(value.name)
            if value.bound in bindings and len(bindings) == 1 and bindings[0].kind == "assign":
                return value.at(bindings[0].node)
        case ast.Await(value=inner):
            return value.at(inner)
        case (
            ast.ListComp(elt=elt, generators=[loop, *_])
            | ast.GeneratorExp(elt=elt, generators=[loop, *_])
        ):
            each = value.at(elt)
            each = _validated(each, schema) if each.is_call else each
            if each.name and each.name == value.at(loop.target).name:
                return value.at(loop.iter)
        case ast.Call(args=[first, *_]) if value.called == "builtins.list":
            return value.at(first)
        case ast.Call(args=given):
            if value.member in ("model_validate", "from_orm"):
                return _validated(value, schema)
            if value.member in _ROWS and not (value.member == "scalars" and given):
                return value.owner
    return value.at(None)


def _validated(call: Node, schema: Schema) -> Node:
    """Return what a method of the schema is given."""
    is_schema = call.owner.definition == schema.node
    return call.args[0] if call.args and is_schema else call.at(None)


def _is_loaded(query: _Query, name: str) -> bool:
    """Say whether a query loads a relationship, or may do so by what cannot be read."""
    if query.call.keyword("options") or query.call.has_unpacking:
        return True
    seen = query.call.args[:1] if query.call.member in _LOADS else []
    for node in seen:  # grows while it is walked
        for part in node.walk(ast.Name):
            if part.is_read:
                seen += [v for v in _values(query.call.function, part) if v not in seen]
    return any(_loads(call, name) for node in seen for call in node.walk(ast.Call))


def _values(function: Node, name: Node) -> list[Node]:
    """Return everything that a variable of the function, or of the module, is set to."""
    if bindings := function.bindings(name.name):
        values = [name.at(binding.node) for binding in bindings if binding.kind == "assign"]
    else:
        values = [name.value] if name.value.module is name.module else []
    return [value for value in values if isinstance(value.ast, ast.expr)]


def _loads(call: Node, name: str) -> bool:
    """Say whether a node is `.options(...)` that names the relationship, or cannot be read."""
    return call.member == "options" and any(
        not given.is_call or _names(part, name) for given in call.args for part in given.walk()
    )


def _names(part: Node, name: str) -> bool:
    is_named = part.member == name or part.literal in (name, "*")
    return is_named or isinstance(part.ast, ast.Starred)


def _is_seen_to(function: Node, name: str) -> bool:
    """Say whether an endpoint refreshes or awaits the relationship, or speaks of it otherwise."""
    return any(
        node.member in (name, "awaitable_attrs", "refresh") or node.literal == name
        for node in function.own(ast.Attribute, ast.Constant)
    )
