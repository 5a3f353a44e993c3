"""Bodies that are read whole, however long, or refused without CORS headers."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Endpoint, endpoints
from fastapi_pro.auditing.libraries.middleware import stacks
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.model.module import Module

_MARKERS = ("fastapi.Body", "fastapi.Form", "fastapi.File")
_ELSEWHERE = ("fastapi.Query", "fastapi.Header", "fastapi.Cookie", "fastapi.Path")
_TYPES = ("fastapi.UploadFile", "fastapi.security.OAuth2PasswordRequestForm")
_LIMITS = ("max_body", "body_limit", "max_content", "max_upload")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each application with CORS that reads bodies of any length, or limits them itself."""
    made = stacks(program).items()
    public = [app for app, stack in made if any(added.is_cors for added in stack)]
    for app in public:
        if limit := app.keyword("max_body_size"):
            yield limit.hit(
                "on FastAPI() the 413 is answered outside CORS: browsers cannot read it"
            )
    if not public or any(map(_limits, program.code)):
        return
    for app in public:
        reader = "" if app.has_unpacking else _reader(app, is_only=len(public) == 1)
        if reader:
            yield app.hit(
                f"nothing limits a body: `{reader}` reads one of any size into memory whole"
            )


def _limits(module: Module) -> bool:
    """Say whether anything in a module is about the length of bodies."""
    names = [key.arg or "" for key in module.nodes(ast.keyword)]
    names += [name.id for name in module.nodes(ast.Name)]
    return any(name.lower().startswith(_LIMITS) for name in names) or any(
        # one of several is of those that a proxy leaves out
        _is_length(constant.value) and not isinstance(module.parent(constant), (ast.List, ast.Set))
        for constant in module.nodes(ast.Constant)
    )


def _is_length(value: object) -> bool:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return isinstance(text, str) and text.lower() == "content-length"


def _reader(app: Node, *, is_only: bool) -> str:
    """Return the name of the first endpoint that takes a body, below the application's folder.

    Where the application is the only one, the endpoint may lie anywhere.
    """
    folder = app.module.path.parent
    for endpoint in endpoints(app.program):
        near = is_only or folder in endpoint.function.module.path.parents
        if near and _reads(endpoint):
            return endpoint.name
    return ""


def _reads(endpoint: Endpoint) -> bool:
    if endpoint.method in ("get", "head", "options", "websocket"):
        return False
    for parameter in endpoint.parameters:
        if parameter.marker(*_ELSEWHERE):
            continue
        if parameter.marker(*_MARKERS) or parameter.type in _TYPES:
            return True
        if schema_of(parameter.type) and parameter.dependency is None:
            return True
    return False
