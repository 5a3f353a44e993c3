"""Bodies that are read whole, however long, or refused without CORS headers."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_fastapi import (
    Route,
    apps,
    depends,
    param_type,
    params,
    routes,
)
from fastapi_pro.auditing.libraries.middleware import app_stacks, is_cors
from fastapi_pro.auditing.libraries.pydantic import is_schema
from fastapi_pro.auditing.model.legacy import At, Module, Program, has_unpacking, keyword

_MARKERS = ("fastapi.Body", "fastapi.Form", "fastapi.File")
_ELSEWHERE = ("fastapi.Query", "fastapi.Header", "fastapi.Cookie", "fastapi.Path")
_TYPES = {"fastapi.UploadFile", "fastapi.security.OAuth2PasswordRequestForm"}
_LIMITS = ("max_body", "body_limit", "max_content", "max_upload")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each application with CORS that reads bodies of any length, or limits them itself."""
    stacks = program.fact(app_stacks)
    public = [
        at for at in program.fact(apps)
        if isinstance(at.node, ast.Call) and any(is_cors(program, a) for a in stacks[at.node])
    ]  # fmt: skip
    for at in public:
        assert isinstance(at.node, ast.Call)
        limit = keyword(at.node, "max_body_size")
        if limit is not None:
            yield Hit(
                at.module, limit,
                "on FastAPI() the 413 is answered outside CORS: browsers cannot read it",
            )  # fmt: skip
    if not public or _limits(program):
        return
    for at in public:
        assert isinstance(at.node, ast.Call)
        reader = None if has_unpacking(at.node) else _reader(program, at, is_only=len(public) == 1)
        if reader is not None:
            yield Hit(
                at.module, at.node,
                f"nothing limits a body: `{reader}` reads one of any size into memory whole"
                " (`max_body_size=`, from fastapi 0.164)",
            )  # fmt: skip


def _limits(program: Program) -> bool:
    """Say whether anything in the program is about the length of bodies."""
    for module in program.code:
        for key in module.nodes(ast.keyword):
            if key.arg is not None and key.arg.lower().startswith(_LIMITS):
                return True
        for constant in module.nodes(ast.Constant):
            if _is_length(constant.value) and not _is_listed(module, constant):
                return True
        for name in module.nodes(ast.Name):
            if name.id.lower().startswith(_LIMITS):
                return True
    return False


def _is_length(value: object) -> bool:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return isinstance(text, str) and text.lower() == "content-length"


def _is_listed(module: Module, constant: ast.Constant) -> bool:
    """Say whether a header's name is one of several, as of those that a proxy leaves out."""
    return isinstance(module.parent(constant), (ast.List, ast.Set))


def _reader(program: Program, app: At, *, is_only: bool) -> str | None:
    """Return the name of the first endpoint that takes a body, below the application's folder.

    Where the application is the only one, the endpoint may lie anywhere.
    """
    folder = app.module.path.parent
    for route in program.fact(routes):
        near = is_only or folder in route.function.module.path.parents
        if near and _reads(program, route):
            return route.node.name
    return None


def _reads(program: Program, route: Route) -> bool:
    if route.method in ("get", "head", "options", "websocket"):
        return False
    for param in params(program, route.function):
        if param.marker(program, *_ELSEWHERE) is not None:
            continue
        kind = param_type(program, param)
        if param.marker(program, *_MARKERS) is not None or kind in _TYPES:
            return True
        if isinstance(kind, At) and is_schema(program, kind) and depends(program, param) is None:
            return True
    return False
