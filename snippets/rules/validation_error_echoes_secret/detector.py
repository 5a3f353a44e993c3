"""Validation errors that repeat what was sent, where that has a password in it."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import (
    Endpoint,
    apps,
    exception_handlers,
    http_endpoints,
)
from fastapi_pro.auditing.libraries.pydantic import SECRETS, Schema, schema_of
from fastapi_pro.auditing.libraries.request_values import Input
from fastapi_pro.auditing.libraries.sqlalchemy_models import SECRET

_HANDLED = "RequestValidationError"
_CONSTRAINTS = ("min_length", "max_length", "pattern", "regex")
_OF_REQUESTS = ("fastapi.Query", "fastapi.Path", "fastapi.Header", "fastapi.Cookie")
_BODIES = ("fastapi.Form", "fastapi.Body")
_DEPTH = 2  # of schemas inside schemas
_HARMLESS = ("_type", "_id", "_url", "_uri", "_name", "_hint", "_prefix", "_expires", "_at")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first secret that FastAPI's own error repeats, or the handlers that do the same."""
    endpoints = http_endpoints(program) if apps(program) else ()
    secrets = (secret for endpoint in endpoints for secret in _echoed(endpoint))
    first = next(secrets, None)
    if first is None:
        return
    secret = f"`{first.name}` of `{first.owner}`"
    if not _is_named(program):
        yield first.node.hit(
            f"{secret} comes back in the 422 when it or another field is wrong: no handler of"
            " `RequestValidationError` leaves `input` out"
        )
    for repeated in _repeating(program):
        yield repeated.hit(
            f"the handler sends the errors with their `input`: {secret} comes back in the 422"
        )


def _is_named(program: Program) -> bool:
    """Say whether the program names the error: then it handles it, one way or another."""
    return any(
        any(alias.name == _HANDLED for alias in module.nodes(ast.alias))
        or any(node.attr == _HANDLED for node in module.nodes(ast.Attribute))
        for module in program.code
    )


def _repeating(program: Program) -> Iterator[Node]:
    """Yield `exc.errors()` and `exc.body` where a handler puts them whole into a response."""
    for handler in exception_handlers(program):
        names = [parameter.name for parameter in handler.function.parameters]
        if not handler.key.library_name.endswith(f".{_HANDLED}") or len(names) < 2:
            continue
        for node in handler.function.own(ast.Call, ast.Attribute):
            is_whole = node.member == ("errors" if node.is_call else "body")
            if is_whole and node.owner.name == names[-1] and _is_sent(node):
                yield node
                break


def _is_sent(node: Node) -> bool:
    """Say whether an expression is part of a response as it is, not picked apart."""
    for above in node.ancestors:
        if above.last_name.endswith("Response"):
            return True
        is_passed_on = above.last_name == "jsonable_encoder"
        if is_passed_on and "input" in _texts(above.keyword("exclude")):
            return False
        if not is_passed_on and not isinstance(above.ast, (ast.Dict, ast.keyword, ast.List)):
            return False
    return False


def _texts(given: Node) -> set[object]:
    """Return the texts of a set or list."""
    values = given.constant
    return set(values) if isinstance(values, (list, tuple, set, frozenset)) else set()


def _echoed(endpoint: Endpoint) -> Iterator[Input]:
    """Yield the secrets of an endpoint's body that an error can repeat."""
    for parameter in endpoint.parameters:
        is_elsewhere = parameter.dependency is not None or parameter.marker(*_OF_REQUESTS)
        if is_elsewhere or parameter.is_filled_otherwise:
            continue
        is_refusable = parameter.marker(*_BODIES) and parameter.options(*_CONSTRAINTS)
        if schema := schema_of(parameter.type):
            yield from _secrets(schema)
        elif is_refusable and _is_secret(parameter):
            yield parameter


def _secrets(schema: Schema, depth: int = 0) -> Iterator[Input]:
    """Yield the secret fields of a schema that an error of the schema can repeat."""
    required = [field for field in schema.fields.values() if field.is_required]
    is_validated = schema.validators("field_validator", "model_validator", "validator")
    for field in schema.fields.values():
        if _is_secret(field):
            # a missing field repeats the whole body; a constraint repeats its own value
            is_other_required = any(other is not field for other in required)
            if is_other_required or is_validated or field.options(*_CONSTRAINTS):
                yield field
        elif depth < _DEPTH:
            for inner in field.schemas:
                yield from _secrets(inner, depth + 1)


def _is_secret(given: Input) -> bool:
    if given.name.endswith(_HARMLESS):
        return False
    is_named = given.type == "builtins.str" and SECRET.search(given.name) is not None
    return is_named or given.type in SECRETS
