"""Bodies that are read whole, however long, or refused without CORS headers."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Endpoint, endpoints
from fastapi_pro.auditing.libraries.middleware import stacks
from fastapi_pro.auditing.libraries.proxies import limits_bodies
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.libraries.unused import may_include, why_unused
from fastapi_pro.auditing.model.module import Module

_MARKERS = ("fastapi.Body", "fastapi.Form", "fastapi.File")
_ELSEWHERE = ("fastapi.Query", "fastapi.Header", "fastapi.Cookie", "fastapi.Path")
_TYPES = ("fastapi.UploadFile", "fastapi.security.OAuth2PasswordRequestForm")
_ON_DISK = "takes uploads of any size, which fill the disk"
_LIMITS = ("max_body", "body_limit", "max_content", "max_upload")
_SPELLED = [name.encode() for name in _LIMITS]
_TOO_LARGE = re.compile(r"too (large|big|long)|exceed|larger than|at most", re.IGNORECASE)


def detect(program: Program) -> Iterator[Hit]:
    """Yield each application with CORS that reads bodies of any length, or limits them itself."""
    made = stacks(program).items()
    public = [app for app, stack in made if any(added.is_cors for added in stack)]
    for app in public:
        if limit := app.keyword("max_body_size"):
            yield limit.hit("on FastAPI() the 413 is sent outside CORS: browsers cannot read it")
    if not public or _is_limited(program) or limits_bodies(program):
        return
    for app in public:
        if reader := _reader(app, is_only=len(public) == 1):
            what = _ON_DISK if _is_upload(reader) else "reads a body of any size into memory"
            yield app.hit(f"nothing limits the request body: `{reader.name}` {what}")


def _is_limited(program: Program) -> bool:
    """Say whether something limits the length of bodies.

    An option of that name does so where a library has it, or where something refuses what is too
    large: it may also say how much of a body is logged.
    """
    modules = list(program.code)
    if any(map(_reads_length, modules)):
        return True
    modules = [m for m in modules if any(word in m.source.lower() for word in _SPELLED)]
    keys = [Node(m, key) for m in modules for key in m.nodes(ast.keyword) if _is_limit(key.arg)]
    if any(_is_of_library(key.parent) for key in keys):
        return True
    is_named = keys or any(
        _is_limit(getattr(named, "id", None) or getattr(named, "value", None))
        for module in modules
        for named in module.nodes(ast.Name, ast.Constant)
    )
    return bool(is_named) and any(map(_refuses, program.code))


def _is_of_library(call: Node) -> bool:
    """Say whether a call gives its options to a library's thing, middleware among them."""
    given = [call.func, *call.args[:1]]
    return not any(part.definition.is_class or part.definition.is_function for part in given)


def _is_limit(name: object) -> bool:
    return isinstance(name, str) and name.lower().startswith(_LIMITS)


def _refuses(module: Module) -> bool:
    """Say whether a module answers that something is too large."""
    names = [attribute.attr for attribute in module.nodes(ast.Attribute)]
    return any("413" in name or "TOO_LARGE" in name for name in names) or any(
        constant.value == 413
        or (isinstance(constant.value, str) and _TOO_LARGE.search(constant.value))
        for constant in module.nodes(ast.Constant)
    )


def _reads_length(module: Module) -> bool:
    """Say whether a module is about the length that a request claims."""
    return b"content-length" in module.source.lower() and any(
        # one of several is of those that a proxy leaves out
        _is_length(constant.value) and not isinstance(module.parent(constant), (ast.List, ast.Set))
        for constant in module.nodes(ast.Constant)
    )


def _is_length(value: object) -> bool:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return isinstance(text, str) and text.lower() == "content-length"


def _reader(app: Node, *, is_only: bool) -> Endpoint | None:
    """Return an endpoint that takes a body, below the application's folder.

    Where the application is the only one, it may lie anywhere. One that reads into memory is
    worse than one that takes an upload.
    """
    folder = app.module.path.parent
    others = {call for call in app.program.calls_of("fastapi.FastAPI") if call != app}
    others -= {part.value for call in app.program.calls_named("mount") for part in call.given}
    found = [
        endpoint
        for endpoint in endpoints(app.program)
        if (is_only or folder in endpoint.function.module.path.parents)
        and endpoint.router not in others
        and _reads(endpoint)
        and may_include(app, endpoint)
        and not why_unused(endpoint.function.module, endpoint.function.line)
    ]
    return min(found, key=_is_upload, default=None)


def _is_upload(endpoint: Endpoint) -> bool:
    """Say whether an endpoint takes files, which Starlette keeps on disk."""
    return any(p.type == "fastapi.UploadFile" for p in endpoint.parameters)


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
        if parameter.type == "fastapi.Request" and _is_read(parameter.name, endpoint.function):
            return True
    return False


def _is_read(request: str, function: Node) -> bool:
    """Say whether an endpoint reads the body of its request by itself."""
    return any(c.member in ("body", "json") and c.owner.name == request for c in function.calls)
