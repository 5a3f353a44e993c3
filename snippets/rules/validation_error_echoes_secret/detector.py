"""Validation errors that repeat what was sent, where that has a password in it."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.exception_handlers import ExceptionHandler, exception_handlers
from fastapi_pro.auditing.libraries.fastapi import Endpoint, apps, http_endpoints
from fastapi_pro.auditing.libraries.inclusions import including
from fastapi_pro.auditing.libraries.pydantic import SECRETS, Schema, schema_of
from fastapi_pro.auditing.libraries.refusals import is_refused, is_refused_whole
from fastapi_pro.auditing.libraries.request_values import Input
from fastapi_pro.auditing.libraries.sqlalchemy_models import ONCE, SECRET

_HANDLED = "RequestValidationError"
_CONSTRAINTS = ("min_length", "max_length", "pattern", "regex")
_OF_REQUESTS = ("fastapi.Query", "fastapi.Path", "fastapi.Header", "fastapi.Cookie")
_BODIES = ("fastapi.Form", "fastapi.Body")
_DEPTH = 2  # of schemas inside schemas
_HARMLESS = (
    "_type", "_id", "_url", "_uri", "_name", "_hint", "_prefix", "_expires", "_at",
    "_endpoint", "_path", "_host", "_scope", "_scopes",
)  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first secret that FastAPI's own error repeats, or the handlers that do the same."""
    endpoints = http_endpoints(program) if apps(program) else ()
    first = next((secret for endpoint in endpoints for secret in _echoed(endpoint)), None)
    if first is None:
        return
    if not _is_named(program):
        yield first.node.hit(
            f"a 422 may repeat {_written(first)}: no handler of `RequestValidationError` leaves"
            " `input` out"
        )
    for handler, repeated in _repeating(program):
        answered = (endpoint for endpoint in endpoints if _may_answer(handler, endpoint))
        secrets = (secret for endpoint in answered for secret in _echoed(endpoint))
        if secret := next(secrets, None):
            yield repeated.hit(
                f"the handler sends the errors with their `input`: {_written(secret)} comes back"
                " in the 422"
            )


def _written(secret: Input) -> str:
    return f"`{secret.name}` of `{secret.owner}`"


def _may_answer(handler: ExceptionHandler, endpoint: Endpoint) -> bool:
    """Say whether an endpoint is of the application that a handler is registered for."""
    known = apps(endpoint.function.program)
    around = (above for above in handler.node.ancestors if above in known)
    app = next(around, handler.node.owner.value)
    return app not in known or app in _including(endpoint.router) or not _is_placed(endpoint)


def _is_placed(endpoint: Endpoint) -> bool:
    """Say whether all that includes the router of an endpoint ends in a known application."""
    known = apps(endpoint.function.program)
    above = _including(endpoint.router)
    return all(router in known for router in above if not including(router))


def _including(router: Node) -> set[Node]:
    """Return a router or application, and those that include it, directly or not."""
    found: set[Node] = set()
    queue = [router]
    while queue:
        current = queue.pop()
        if current not in found:
            found.add(current)
            queue += [call.owner.value for call in including(current)]
    return found


def _is_named(program: Program) -> bool:
    """Say whether the program names the error: then it handles it, one way or another."""
    return any(
        any(alias.name == _HANDLED for alias in module.nodes(ast.alias))
        or any(node.attr == _HANDLED for node in module.nodes(ast.Attribute))
        for module in program.code
    )


def _repeating(program: Program) -> Iterator[tuple[ExceptionHandler, Node]]:
    """Yield handlers with the `exc.errors()` or `exc.body` that they put whole into a response."""
    for handler in exception_handlers(program):
        names = [parameter.name for parameter in handler.function.parameters]
        if not handler.key.library_name.endswith(f".{_HANDLED}") or len(names) < 2:
            continue
        for node in handler.function.own(ast.Call, ast.Attribute):
            is_whole = node.member == ("errors" if node.is_call else "body")
            if is_whole and node.owner.name == names[-1] and _is_sent(node):
                yield handler, node
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
    filled = _filled(schema)
    required = [f for f in schema.fields.values() if f.is_required and f.name not in filled]
    is_whole = is_refused_whole(schema)
    for field in schema.fields.values():
        if _is_secret(field):
            # a missing field repeats the whole body; a constraint repeats its own value
            is_other_required = any(other is not field for other in required)
            if is_other_required or is_whole or is_refused(schema, field):
                yield field
        elif depth < _DEPTH:
            for inner in field.schemas:
                yield from _secrets(inner, depth + 1)


def _filled(schema: Schema) -> set[object]:
    """Return the fields that an `__init__` of a schema names: it may fill what is missing."""
    init = schema.node.method("__init__")
    texts = {text.literal for text in init.walk(ast.Constant)} if init else set[object]()
    return texts | {parameter.name for parameter in init.parameters}


def _is_secret(given: Input) -> bool:
    if given.name.endswith(_HARMLESS) or ONCE.search(given.name):
        return False
    is_named = given.type == "builtins.str" and SECRET.search(given.name) is not None
    return is_named or given.type in SECRETS
