"""A relationship that the response schema has and the query does not load."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Endpoint, http_endpoints, parameters
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.known_types import selected_argument
from fastapi_pro.auditing.libraries.loader_options import LOADS, may_load
from fastapi_pro.auditing.libraries.pydantic import Schema, schema_of
from fastapi_pro.auditing.libraries.repositories import repository_model
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    Model,
    Relationship,
    model_named,
    model_selected,
    models,
)
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_async_session
from fastapi_pro.auditing.model import limits

_ROWS = {
    "all", "first", "one", "one_or_none", "scalar_one", "scalar_one_or_none", "scalars", "unique",
}  # fmt: skip
_GETS = {"get", "get_one"}
_OWN = ("self.model", "self._model")
_LONGEST = 110  # characters of a fix
_VALIDATES = {"model_validate", "from_orm"}  # of a table of SQLModel


@dataclass(frozen=True)
class _Query:
    """Where objects come from: the call of the session, or of the model, and their model."""

    call: Node
    model: Model
    inside: Node | None = None
    """What reads or returns the row in a function that `call`, or its row, is handed to."""

    @property
    def is_new(self) -> bool:
        """Whether it makes a new row."""
        return self.model.cls in (self.call.func.definition, self.call.owner.definition)

    @property
    def place(self) -> Node:
        """Where a reader would load the relationship: the query, or what refreshes a new row."""
        refreshed = [c for c in self.call.function.calls if self.is_new and c.member == "refresh"]
        return refreshed[0] if refreshed else self.call

    @property
    def kind(self) -> str:
        """What it is, for a message."""
        return "query" if not self.is_new else "refresh" if self.place != self.call else "new row"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the queries whose objects are read or serialised with a relationship not loaded."""
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
        for query, part in _queries(endpoint.function, schema):
            unloaded = dict.fromkeys(_unloaded(endpoint, part, query))
            if pairs := [pair for pair in unloaded if (query.call, pair[1]) not in seen]:
                seen.update((query.call, relationship) for _, relationship in pairs)
                yield _hit(endpoint, part, query, pairs)
    yield from _read(program, seen)


def _hit(endpoint: Endpoint, schema: Schema, query: _Query, pairs: list[tuple[str, str]]) -> Hit:
    """Return the hit of a query; `pairs` are fields, each with the relationship that it reads."""
    names = list(dict.fromkeys(f"{query.model.name}.{relationship}" for _, relationship in pairs))
    more = f", nor {len(names) - 1} more of the schema" if len(names) > 1 else ""
    return query.place.hit(
        f"`{endpoint.name}` answers with `{schema.name}.{pairs[0][0]}`, and this {query.kind} does"
        f" not load `{names[0]}`{more}: reading it raises MissingGreenlet (500)",
        fix=_fix(query, names),
    )


def _fix(query: _Query, names: list[str]) -> str:
    """Return the options that load relationships, as many as there is room for."""
    loads = [f"selectinload({name})" for name in names]
    if query.is_new:
        loads = [f'"{name.partition(".")[2]}"' for name in names]
    sends = query.inside or query.call
    where = f" in the query of `{sends.function.name}`" if query.inside else ""
    for count in range(len(loads), 0, -1):
        given = ", ".join(loads[:count]) + ", …" * (count < len(loads))
        if query.is_new:
            fix = f"`await session.refresh(row, [{given}])` before the answer"
        elif sends.member in _GETS:
            fix = f"`options=[{given}]` in {f'`{sends.text}`' if query.inside else 'this call'}"
        else:
            fix = f"`.options({given})`{where}"
        if len(fix) <= _LONGEST:
            return fix
    return ""


def _read(program: Program, seen: set[tuple[Node, str]]) -> Iterator[Hit]:
    """Yield the queries whose objects a coroutine reads a relationship of that is not loaded."""
    found = [r for m in models(program).values() for r in m.relationships.values()]
    names = {relationship.name for relationship in found if relationship.lazy == "select"}
    for function in sorted(request_functions(program), key=lambda f: f.place) if names else ():
        for read in function.own(ast.Attribute) if function.is_coroutine else ():
            if read.member not in names or not read.is_read or not read.owner.name:
                continue
            query = _source(read.owner)
            relationship = query.model.relationships.get(read.member) if query else None
            if query is None or relationship is None or relationship.lazy != "select":
                continue
            if (query.call, read.member) in seen or _is_loaded(query, read.member):
                continue
            if not _is_loaded_elsewhere(function, query, relationship):
                seen.add((query.call, read.member))
                yield query.call.hit(
                    f"`{function.name}` reads `{read.text}`, which this query does not load: that"
                    " raises MissingGreenlet (500)",
                    fix=_fix(query, [f"{query.model.name}.{read.member}"]),
                )


def _source(name: Node) -> _Query | None:
    """Return the query that gave the object that a variable holds, if it is in this function."""
    value = name
    for _ in range(limits.NAMES):
        bound = value.bound
        if bound is not None and bound.kind == "for":
            value = value.at(bound.node)
        if query := _query(value):
            return query
        value = _inside(value)
    return None


def _is_loaded_elsewhere(function: Node, query: _Query, relationship: Relationship) -> bool:
    """Say whether a function refreshes or names the relationship, or loads what it leads to."""
    if _is_spoken_of(function, relationship.name):
        return True
    others = (_query(call) for call in function.calls if call != query.call)
    return any(other.model.cls == relationship.target for other in others if other)


def _unloaded(endpoint: Endpoint, schema: Schema, query: _Query) -> Iterator[tuple[str, str]]:
    """Yield the fields of a schema that read a relationship which nobody loads, with that."""
    for field in schema.fields.values():
        if field.options("validation_alias", "alias", "exclude"):
            continue
        for name in _reads(query.model, field.name):
            relationship = query.model.relationships[name]
            if relationship.lazy != "select" or _is_loaded(query, name):
                continue
            if query.is_new and not _is_lazy(query, relationship):
                continue
            calls = (query.call, query.inside or query.call)
            functions = {endpoint.function, *(call.function for call in calls)}
            if not any(_is_seen_to(function, name) for function in functions):
                yield field.name, name


def _reads(model: Model, name: str) -> list[str]:
    """Return the relationships that reading an attribute of a model reads: a property's, too."""
    if name in model.relationships:
        return [name]
    method = model.cls.method(name)
    if not any(decorator.name == "property" for decorator in method.decorators):
        return []
    read = [node.member for node in method.own(ast.Attribute) if node.owner.name == "self"]
    return [other for other in dict.fromkeys(read) if other in model.relationships]


def _is_lazy(query: _Query, relationship: Relationship) -> bool:
    """Say whether a new row was written, and its relationship was not set before."""
    made = query.call
    names = {call.member for call in (query.inside or made).function.calls}
    if not names & {"flush", "commit"} or not names & {"add", "add_all"}:
        return False
    for unpacked in made.unpacked:
        schema = schema_of(unpacked.owner.type)
        if schema is None or relationship.name in schema.fields:
            return False
    is_to_many = any(c in relationship.node.annotation.text for c in ("list[", "List[", "set["))
    has_key = made.has_unpacking or any(key.endswith("_id") for key in made.keywords)
    if made.member in _VALIDATES:
        given = schema_of(made.argument(0, "obj").type)
        if given is None or relationship.name in given.fields:
            return False
        has_key = any(name.endswith("_id") for name in given.fields)
    return is_to_many or has_key


def _queries(
    function: Node, schema: Schema, depth: int = 0, call: Node | None = None
) -> Iterator[tuple[_Query, Schema]]:
    """Yield the queries whose objects a function returns, functions that it calls followed.

    With each comes the schema that reads them: the response's, or that of a part of it. `call` is
    what runs the function.
    """
    for returned in function.returned if depth <= limits.CALLS else ():
        yield from _behind(returned, schema, depth, call)


def _behind(
    value: Node, schema: Schema, depth: int, call: Node | None
) -> Iterator[tuple[_Query, Schema]]:
    for _ in range(limits.NAMES):
        found = _query(value) or _new(value) or _of_repository(value, call)
        if query := found or _handed(value, call):
            yield query, schema
            return
        if given := _given_by(value):
            yield from _queries(given, schema, depth + 1)
            return
        for part, inner in _parts(value, schema) if depth <= limits.CALLS else ():
            yield from _behind(part, inner, depth + 1, call)
        is_validated = value.member in _VALIDATES
        if value.callee and not is_validated:
            outer = call if call and value.owner.name == "self" else value
            yield from _queries(value.callee, schema, depth + 1, outer)
            return
        value = _inside(value, schema)


def _given_by(value: Node) -> Node:
    """Return the function that fills a parameter by `Depends`: it loads the row for endpoints."""
    bound = value.bound
    for parameter in parameters(value.function) if bound and bound.kind == "param" else ():
        if parameter.name == value.name and parameter.dependency is not None:
            target = parameter.dependency.target
            return target if target.is_function else value.at(None)
    return value.at(None)


def _parts(value: Node, schema: Schema) -> Iterator[tuple[Node, Schema]]:
    """Yield what fills the fields that are schemas: of `Page(items=rows)`, `{"items": rows}`."""
    is_made = value.is_call and value.func.definition == schema.node
    given = value.keywords if is_made else {str(k.literal): v for k, v in value.entries}
    for name, part in given.items():
        field = schema.fields.get(name)
        for inner in field.schemas if field is not None else ():
            yield part, inner


def _new(call: Node) -> _Query | None:
    """Return the model of a new row that a function with an async session makes."""
    made = call.owner if call.member in _VALIDATES else call.func
    if not call.is_call or not made.name[:1].isupper():
        return None
    model = model_named(made)
    return _Query(call, model) if model is not None and _writes(call.function) else None


def _writes(function: Node) -> bool:
    """Say whether a function writes new rows by an async session."""
    sessions = (c.owner for c in function.calls if c.member in ("add", "flush", "commit"))
    return any(map(is_async_session, sessions))


def _handed(value: Node, call: Node | None) -> _Query | None:
    """Return the new row that a call hands to a function, which writes it and gives it back."""
    bound = value.bound
    if call is None or bound is None or bound.kind != "param" or call.callee != value.function:
        return None
    made = value.at(bound.node).passed(call).value
    model = model_named(made.func) if made.is_call else None
    return _Query(made, model, value) if model is not None and _writes(value.function) else None


def _query(call: Node) -> _Query | None:
    """Return the query that a call of an async session's method sends."""
    if call.member not in LOADS | _GETS or not call.args or not is_async_session(call.owner):
        return None
    model = model_named(call.args[0]) if call.member in _GETS else model_selected(call.args[0])
    return _Query(call, model) if model is not None else None


def _of_repository(value: Node, call: Node | None) -> _Query | None:
    """Return the query of `self.model` that a call of a repository's method sends."""
    if call is None or not value.args or not is_async_session(value.owner):
        return None
    asked = value.args[0] if value.member in _GETS else selected_argument(value.args[0])
    is_own = value.member in LOADS | _GETS and asked.dotted in _OWN
    model = repository_model(call.owner) if is_own else None
    return _Query(call, model, value) if model is not None else None


def _inside(value: Node, schema: Schema | None = None) -> Node:
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
            if value.member in _VALIDATES:
                return _validated(value, schema)
            if value.member in _ROWS and not (value.member == "scalars" and given):
                return value.owner
    return value.at(None)


def _validated(call: Node, schema: Schema | None) -> Node:
    """Return what a method of the schema is given."""
    is_schema = schema is not None and call.owner.definition == schema.node
    return call.args[0] if call.args and is_schema else call.at(None)


def _is_loaded(query: _Query, name: str) -> bool:
    """Say whether a query loads a relationship, or may do so by what cannot be read."""
    if query.is_new:
        return name in query.call.keywords
    sent = (query.inside, query.call) if query.inside else (query.call,)
    return any(may_load(call, name, query.call) for call in sent)


def _is_seen_to(function: Node, name: str) -> bool:
    """Say whether an endpoint refreshes or awaits the relationship, or speaks of it otherwise."""
    is_read = any(node.member == name for node in function.own(ast.Attribute))
    return is_read or _is_spoken_of(function, name)


def _is_spoken_of(function: Node, name: str) -> bool:
    """Say whether a function has the name in a text, or refreshes what cannot be read."""
    for node in function.own(ast.Attribute, ast.Constant):
        is_named = node.literal == name and not isinstance(node.parent.ast, ast.Dict)
        if node.member == "awaitable_attrs" or is_named:
            return True
        refreshed = node.parent.argument(1, "attribute_names")
        if node.member == "refresh" and refreshed and refreshed.constant is None:
            return True
    return False
