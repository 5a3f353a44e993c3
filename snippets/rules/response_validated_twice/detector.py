"""A returned instance of the response schema, whose model validator changes it again."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.pydantic import Schema, schema_of

_CONSTRUCTORS = ("model_validate", "model_validate_json", "from_orm", "parse_obj")

_ONCE = "Let `{}` check and change nothing: a field validator or `computed_field` runs once"


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
    """Return the name of a model validator that sets something; one that checks may run twice."""
    for validator in schema.validators("model_validator"):
        for assignment in validator.method.own(ast.Assign, ast.AugAssign, ast.AnnAssign):
            if any(target.owner or target.generic for target in assignment.targets):
                return validator.method.name
    return ""
