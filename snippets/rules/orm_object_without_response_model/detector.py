"""An endpoint that returns an ORM object and declares no response schema."""

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.documents import document_of, documents
from fastapi_pro.auditing.libraries.fastapi import LISTS, Endpoint, http_endpoints, unwrap
from fastapi_pro.auditing.libraries.narrowed import is_narrowed
from fastapi_pro.auditing.libraries.open_routes import check_of
from fastapi_pro.auditing.libraries.pydantic import Schema, schema_of, schemas
from fastapi_pro.auditing.libraries.rare_work import is_rare
from fastapi_pro.auditing.libraries.serialised_by_hand import ENCODER, Dump, dumped
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    SECRET,
    Column,
    Model,
    is_about_secret,
    model_named,
    model_of,
    model_selected,
    models,
)
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session
from fastapi_pro.auditing.model import limits

_PRIVATE = re.compile(
    rf"{SECRET.pattern}|hash$"
    r"|(^|_)(salt|otp|totp|pin|cvv|iban|ssn|signature|signing_key|credentials?)(_|$)"
    r"|(^|_)(e?mail|phone|address|birth_?(day|date)|salary)(_|$)",
    re.IGNORECASE,
)
"""Names of columns that hold secrets, or what is known of a person."""
_FLAGS = {
    "builtins.bool", "datetime.datetime", "sqlalchemy.Boolean", "sqlalchemy.DateTime",
}  # fmt: skip
_IN_SCHEMA = " in a `response_model=`, a schema with only the public fields"
_BY_HAND = "Return the object, and declare a `response_model=` with only its public fields"
_AS_DICTIONARY = (
    "Return the dictionary, and declare a `response_model=` with only its public fields"
)
_NAMED = 2  # keys that a fix names
_PASSWORDS = re.compile(r"passw|hash(ed)?_?(pw|pass)|secret|private_?key", re.IGNORECASE)
_HASHED = re.compile(
    r"(user_?)?(hash(ed)?_?(password|passwd|pwd|pass|pw)|(password|passwd|pwd|pass|pw)_?hash(ed)?)",
    re.IGNORECASE,
)
_NAMES = {"email", "username", "user_name", "login", "phone", "phone_number", "mobile"}
"""Columns by which somebody logs in."""
_HIDDEN = {"pydantic.SecretStr", "pydantic.SecretBytes", *_FLAGS}
_ASKS = ("execute", "scalars", "exec", "scalar")
_RESULTS = ("all", "unique", "first", "one", "one_or_none", "scalars", "fetchall")
_SCALARS = ("scalar_one", "scalar_one_or_none", "scalar")
_LISTS = ("all", "fetchall", "scalars", "unique")
_QUERIES = ("all", "first", "one", "one_or_none", "get")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the decorators of the endpoints whose responses are whole rows."""
    seen: set[Node] = set()
    has_rows = bool(models(program) or documents(program))
    has_hashes = any(_HASHED.fullmatch(name) for s in schemas(program) for name in s.fields)
    for endpoint in http_endpoints(program) if has_rows or has_hashes else ():
        if endpoint.function in seen:
            continue
        declared = _declares(endpoint)
        if hit := _table_declared(endpoint) or _hash_declared(endpoint):
            seen.add(endpoint.function)
            yield hit
            continue
        for returned in endpoint.function.returned:
            if is_narrowed(returned):
                continue
            model, fix = _in_response(returned)
            if model:
                seen.add(endpoint.function)
                yield _hit(endpoint, model, "past" if declared == "schema" else "nothing", fix)
                break
            if declared == "schema":
                continue
            if declared == "dict":
                model, fix = None, ""
            elif model := _rows(returned):
                fix = _declare(_schema(returned, model))
            else:
                model, fix = _entry(returned)
            if model:
                seen.add(endpoint.function)
                yield _hit(endpoint, model, declared, fix)
                break
            model, fix = _encoded(returned)
            if model:
                seen.add(endpoint.function)
                yield _hit(endpoint, model, "nothing", fix)
                break


def _table_declared(endpoint: Endpoint) -> Hit | None:
    """Return the hit of a table of SQLModel that is the response schema, or a part of it."""
    call, first = endpoint.call, schema_of(endpoint.response_schema)
    chosen = call.keyword("response_model_include") or call.keyword("response_model_exclude")
    if first is None or chosen or not endpoint.is_http:
        return None
    is_list = unwrap(endpoint.response_schema)[0].generic.library_name in LISTS
    for schema in first.parts:
        known = documents(endpoint.call.program)
        model = models(endpoint.call.program).get(schema.node) or known.get(schema.node)
        what = ("document", "field") if schema.node in known else ("table", "column")
        for field in schema.fields.values() if model else ():
            is_hidden = bool(field.options("exclude")) or field.type in _FLAGS
            if _PASSWORDS.search(field.name) and not is_about_secret(field.name) and not is_hidden:
                return call.hit(
                    f"`{endpoint.name}` answers with the {what[0]} `{schema.name}`: every {what[1]}"
                    f" is sent, including `{field.name}`",
                    fix=_declare(f"list[{schema.name}Out]" if is_list else f"{schema.name}Out"),
                )
    return None


def _hash_declared(endpoint: Endpoint) -> Hit | None:
    """Return the hit of a response schema with the hash of a password among its fields.

    A field `password` is one too where the endpoint returns users that have a column of this name.
    """
    call, first = endpoint.call, schema_of(endpoint.response_schema)
    chosen = call.keyword("response_model_include") or call.keyword("response_model_exclude")
    if first is None or chosen or "internal" in (endpoint.path or ""):
        return None
    for schema in first.parts:
        for field in schema.fields.values():
            is_hash = _HASHED.fullmatch(field.name) is not None
            if not is_hash and not (field.name == "password" and schema is first):
                continue
            is_hidden = field.options("exclude") or field.type in _HIDDEN or _is_serialised(schema)
            is_sent = is_hash or _has_column(endpoint, field.name) or _is_row(endpoint, schema)
            if is_sent and not is_hidden:
                what = "the hash of the password" if is_hash else "what the row has in it"
                return call.hit(
                    f"`{endpoint.name}` answers with the schema `{schema.name}`, which has the"
                    f" field `{field.name}`: {what} is sent",
                    severity="low" if is_rare(endpoint.function) and check_of(endpoint) else "",
                    fix=f"Leave `{field.name}` out of the schema of the response",
                    cause=f"{schema.name}.{field.name} in responses",
                )
    return None


def _is_serialised(schema: Schema) -> bool:
    """Say whether a schema has code of its own for what it sends."""
    return bool(schema.validators("model_serializer", "field_serializer"))


def _has_column(endpoint: Endpoint, name: str) -> bool:
    """Say whether an endpoint returns rows of people who log in, with a column of this name."""
    rows = [_rows(value) for value in endpoint.function.returned]
    return any(model and name in model.columns and _NAMES & model.columns.keys() for model in rows)


def _is_row(endpoint: Endpoint, schema: Schema) -> bool:
    """Say whether an endpoint reads, and its schema has what the rows of people who log in have.

    One that writes may send back the password that it was sent.
    """
    columns = (model.columns.keys() for model in models(endpoint.call.program).values())
    is_of_people = any(schema.fields.keys() <= names and _NAMES & names for names in columns)
    return endpoint.method == "get" and is_of_people


def _declare(schema: str) -> str:
    return f"`response_model={schema}`, a schema with only the public fields"


def _in_response(returned: Node) -> tuple[Model | None, str]:
    """Return the model of a row that `JSONResponse(...)` holds: no schema filters that."""
    answer = returned.value
    if not answer.is_call or not answer.called.startswith("fastapi.responses."):
        return None, ""
    content = answer.argument(0, "content")
    return _encoded(content) if content else (None, "")


def _encoded(expr: Node) -> tuple[Model | None, str]:
    """Return the model of a row that is turned into a dictionary of its columns, with the fix."""
    found = expr.value
    if found.called == ENCODER:
        is_chosen = found.keyword("include") or found.keyword("exclude")
        return None if is_chosen else _rows(found.argument(0, "obj")), _BY_HAND
    if made := dumped(expr):
        return made.model, _fix_of_dictionary(made)
    encoded = (_encoded(value)[0] for _, value in found.entries)
    return next(filter(None, encoded), None), _BY_HAND


def _fix_of_dictionary(made: Dump) -> str:
    """Return the fix for a dictionary: an object does not have what was added to it."""
    if not made.is_part:
        return _BY_HAND
    added = " and ".join(f"`{key}`" for key in made.added[:_NAMED])
    more = " …" if len(made.added) > _NAMED else ""
    return f"{_AS_DICTIONARY}, also {added}{more}" if added else _AS_DICTIONARY


def _entry(expr: Node) -> tuple[Model | None, str]:
    """Return the model of a row in a dictionary, `{"user": user}`, with the fix for that."""
    for key, value in expr.value.entries:
        if model := _rows(value):
            field = f"`{key.constant or 'row'}: {_schema(value, model)}`"
            return model, f"{field}{_IN_SCHEMA}"
    return None, ""


def _schema(expr: Node, model: Model) -> str:
    """Return the annotation for what an expression is: a row or a list of rows."""
    name = _free_name(model)
    return f"list[{name}]" if _is_list(expr) else name


def _free_name(model: Model) -> str:
    """Return a name for a schema of a model: not one that asks for more than a row has."""
    known = {*model.columns, *model.relationships}
    for schema in schemas(model.cls.program):
        if schema.name == f"{model.name}Out":
            asked = {name for name, field in schema.fields.items() if field.is_required}
            return f"{model.name}Out" if asked <= known else f"{model.name}Public"
    return f"{model.name}Out"


def _is_list(expr: Node, depth: int = 0) -> bool:
    """Say whether an expression is several rows, as far as one sees."""
    found = expr.value.awaited.value.awaited
    if isinstance(found.ast, (ast.List, ast.ListComp)):
        return True
    if not found.is_call or depth > limits.CALLS:
        return False
    annotation, _ = unwrap(found.callee.returns)
    if annotation.generic.library_name in LISTS:
        return True
    is_all = found.member in _LISTS or found.called == "builtins.list"
    return is_all or any(_is_list(value, depth + 1) for value in found.callee.returned)


def _hit(endpoint: Endpoint, model: Model, declared: str, fix: str) -> Hit:
    if declared == "Any":
        return endpoint.call.hit(
            f"`{endpoint.name}` returns a `{model.name}` as `Any`: Pydantic cannot serialise it,"
            " and the client gets a 500",
            fix=fix,
        )
    private = [column.name for column in model.columns.values() if _is_private(column)]
    secret = next((name for name in private if SECRET.search(name)), "".join(private[:1]))
    too = f", including `{secret}`" if secret else ""
    is_past = declared == "past" and endpoint.call.keyword("response_model")
    schema = (
        "in a response that its schema does not filter"
        if is_past
        else "and declares no response schema"
    )
    inside = "a dictionary with " if fix.endswith(_IN_SCHEMA) else ""
    what = "a list of" if "list[" in fix else "a"
    column = "field" if model.cls in documents(model.cls.program) else "loaded column"
    return endpoint.call.hit(
        f"`{endpoint.name}` returns {inside}{what} `{model.name}` {schema}: every {column} is"
        f" sent{too}",
        severity=_severity(endpoint, secret),
        fix=fix,
        cause="" if secret else "rows without a response schema",
    )


def _severity(endpoint: Endpoint, secret: str) -> str:
    """Return how much it matters: less where only administrators read it, or no secret is sent."""
    if is_rare(endpoint.function) and check_of(endpoint):
        return "medium" if _PASSWORDS.search(secret) else "low"
    return "" if secret else "medium"


def _is_private(column: Column) -> bool:
    """Say whether a column holds a secret or a person's data, and no flag or date about it."""
    if column.type in _FLAGS or is_about_secret(column.name):
        return False
    return bool(_PRIVATE.search(column.name))


def _declares(endpoint: Endpoint) -> str:
    """Return "nothing", "Any", "dict", or "schema" for all that decides what is sent."""
    if endpoint.call.has_unpacking or endpoint.call.keyword("response_class"):
        return "schema"
    if given := endpoint.call.keyword("response_model"):
        return "nothing" if given.is_none else "schema"
    returns = endpoint.function.returns
    if not returns:
        return "nothing"
    annotation, _ = unwrap(returns)
    of_list = annotation.index if annotation.generic.library_name in LISTS else annotation
    kinds = {"typing.Any": "Any", "builtins.dict": "dict"}
    return kinds.get(str(of_list.annotated), "schema")


def _rows(expr: Node, depth: int = 0) -> Model | None:
    """Return the model of which an expression is an instance or a list of instances."""
    if depth > limits.NAMES or _responds(expr.callee) or _is_coroutine(expr):
        return None
    inner = expr.at(None)
    match expr.ast:
        case ast.Name() if isinstance(expr.value.ast, (ast.Call, ast.Await)):
            inner = expr.value
        case ast.Await(value=value) | ast.List(elts=[value, *_]):
            inner = expr.at(value)
        case ast.ListComp(elt=ast.Name(id=name), generators=[loop]):
            inner = expr.at(loop.iter if expr.at(loop.target).name == name else None)
        case ast.Call(args=[value, *_]) if expr.called == "builtins.list":
            inner = expr.at(value)
    if inner:
        return _rows(inner, depth + 1)
    found = _queried(expr) or _annotated(expr.callee) or model_of(expr) or _document(expr)
    return _sent(found) if found else None


def _sent(model: Model) -> Model | None:
    """Return a model with the columns that Pydantic sends.

    None where the class chooses them itself: it hides its secret, or has a serialiser.
    """
    schema = schema_of(model.cls)
    if schema is None:
        return model
    statements = (statement for cls in model.cls.lineage for statement in cls.body)
    marks = (mark for statement in statements for mark in statement.decorators)
    if any("pydantic.model_serializer" in (m.library_name, m.called) for m in marks):
        return None
    fields = schema.fields.values()
    hidden = {f.name for f in fields if any(o.literal is True for o in f.options("exclude"))}
    left = {name: column for name, column in model.columns.items() if name not in hidden}
    is_chosen = any(_is_private(model.columns[name]) for name in hidden & model.columns.keys())
    has_secret = any(SECRET.search(name) and _is_private(c) for name, c in left.items())
    return None if is_chosen and not has_secret else replace(model, columns=left)


def _document(expr: Node) -> Model | None:
    """Return the document of Beanie that an expression is, if a field of it holds a secret."""
    model = document_of(expr)
    is_sent = (c for c in (model.columns.values() if model else ()) if not c.flag("exclude"))
    return model if any(_is_private(c) and SECRET.search(c.name) for c in is_sent) else None


def _is_coroutine(expr: Node) -> bool:
    """Say whether an expression is the coroutine of a function that nobody awaits: no row."""
    return expr.is_call and expr.callee.is_coroutine and not expr.is_awaited


def _queried(result: Node) -> Model | None:
    """Return the model of `session.scalars(select(Model)).all()`, `query(Model).all()`."""
    names: set[str] = set()
    for _ in range(limits.NAMES):
        call = result.awaited.value.awaited
        if not call.is_call or not call.owner:
            return None
        if call.member in _ASKS and is_session(call.owner):
            # execute() gives tuples, unless scalars() and its like take the first of each
            is_scalar = call.member != "execute" or not names.isdisjoint(("scalars", *_SCALARS))
            is_row = is_scalar and bool(names)
            return model_selected(call.argument(0, "statement")) if is_row else None
        if call.member in _QUERIES and (model := model_selected(call.owner)):
            return model
        if call.member not in (*_RESULTS, *_SCALARS):
            return None
        names.add(call.member)
        result = call.owner
    return None


def _responds(function: Node) -> bool:
    """Say whether a function of the program returns a response, whatever its annotation says."""
    kinds = [value.type for value in function.returned]
    return any(isinstance(kind, str) and kind.startswith("fastapi.responses.") for kind in kinds)


def _annotated(function: Node) -> Model | None:
    """Return the model of a function of the program that is annotated `list[Model]`."""
    annotation, _ = unwrap(function.returns)
    item, _ = unwrap(annotation.index)
    return model_named(item) if annotation.generic.library_name in LISTS else None
