"""A returned instance of the response schema, whose model validator changes it again."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.pydantic import Schema, schema_of

_CONSTRUCTORS = ("model_validate", "model_validate_json", "from_orm", "parse_obj")

_CHANGES = (ast.Assign, ast.AugAssign, ast.AnnAssign, ast.Call)
_METHODS = ("append", "extend", "insert", "pop")
_ONCE = "Let `{}` only check; change values in a field validator, which runs once"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that validate what FastAPI validates again, the first of each endpoint."""
    for endpoint in http_endpoints(program):
        schema = schema_of(endpoint.response_schema)
        validator = _changes(schema) if schema is not None else ""
        if schema is None or not validator:
            continue
        made = [value for _, value in endpoint.answers if _made(value) == schema.node]
        if made:
            yield made[0].hit(
                f"`{endpoint.name}` returns a `{schema.name}`, which FastAPI validates again:"
                f" `{validator}` runs a second time, on its own result",
                fix="" if _can_be_object(made[0]) else _ONCE.format(validator),
            )


def _can_be_object(made: Node) -> bool:
    """Say whether the endpoint could return the object itself: it makes the schema of one.

    A schema in a variable may be changed before it is returned.
    """
    return made.member in _CONSTRUCTORS and isinstance(made.parent.ast, ast.Return)


def _made(value: Node) -> Node:
    """Return the class of which a call makes an instance."""
    if not value.is_call:
        return value.at(None)
    return (value.owner if value.member in _CONSTRUCTORS else value.func).definition


def _changes(schema: Schema) -> str:
    """Return the name of a model validator that changes something again when it runs again.

    One that only checks may run twice, and one that sets what it works out from something else.
    """
    for validator in schema.validators("model_validator"):
        method = validator.method
        if not _passes_instances(method) and any(map(_repeats, method.own(*_CHANGES))):
            return method.name
    return ""


def _repeats(change: Node) -> bool:
    """Say whether a statement or call has another result on its own result."""
    if change.is_call:
        return change.member in _METHODS and bool(change.owner.owner or change.owner.generic)
    is_added = isinstance(change.ast, ast.AugAssign)
    return any(
        is_added or _is_read(target, change.assigned)
        for target in change.targets
        if target.owner or target.generic
    )


def _is_read(target: Node, value: Node) -> bool:
    """Say whether a value is worked out from what it is assigned to, `data.get("n")` included."""
    read = [part.text for part in value.walk(ast.Attribute, ast.Subscript, ast.Call)]
    return any(text == target.text or _gets(target, text) for text in read)


def _gets(target: Node, text: str) -> bool:
    """Say whether a text reads `data["n"]` as `data.get("n")` or takes it out."""
    key = target.index.text
    return bool(key) and re.search(rf"\.(get|pop)\({re.escape(key)}", text) is not None


def _passes_instances(method: Node) -> bool:
    """Say whether a validator gives back at once what is of no class of the database's.

    `if not isinstance(data, Row): return data`, and `if isinstance(data, dict): return data`.
    """
    first = next((s for s in method.body if isinstance(s.ast, ast.If)), method.at(None))
    returned = first.body[-1] if first else first
    is_guarded = any(call.called == "builtins.isinstance" for call in first.test.walk(ast.Call))
    names = {parameter.name for parameter in method.parameters}
    value = returned.at(getattr(returned.ast, "value", None))
    return is_guarded and isinstance(returned.ast, ast.Return) and value.name in names
