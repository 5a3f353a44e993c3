"""Bodies that are read whole, however long, or refused without CORS headers."""

import ast
from collections.abc import Iterator

from auditing.finding import Hit
from auditing.middleware import CORS, stacks
from auditing.program import At, Program
from auditing.schemas import is_schema
from auditing.syntax import has_unpacking, keyword
from auditing.web import apps, depends, param_type, params, routes

_MARKERS = ("fastapi.Body", "fastapi.Form", "fastapi.File")
_TYPES = {"fastapi.UploadFile", "fastapi.security.OAuth2PasswordRequestForm"}
_LIMITS = ("content-length", "max_body", "body_limit", "max_content", "max_upload")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each application with CORS that reads bodies of any length, or limits them itself."""
    if not any(added.kind == CORS for stack in program.fact(stacks) for added in stack):
        return
    applications = [at for at in program.fact(apps) if isinstance(at.node, ast.Call)]
    for at in applications:
        limit = keyword(at.node, "max_body_size") if isinstance(at.node, ast.Call) else None
        if limit is not None:
            yield Hit(
                at.module, limit,
                "on FastAPI() the 413 is answered outside CORS: browsers cannot read it",
            )  # fmt: skip
    if applications and not _limits(program) and (name := _reader(program)):
        first = applications[0]
        assert isinstance(first.node, ast.Call)
        if not has_unpacking(first.node):
            yield Hit(
                first.module, first.node,
                f"nothing limits a body: `{name}` reads one of any size into memory whole"
                " (`max_body_size=`, from fastapi 0.164)",
            )  # fmt: skip


def _limits(program: Program) -> bool:
    """Say whether anything in the program is about the length of bodies."""
    for module in program.code:
        for key in module.nodes(ast.keyword):
            if key.arg is not None and key.arg.lower().startswith(_LIMITS):
                return True
        for constant in module.nodes(ast.Constant):
            text = constant.value
            if isinstance(text, bytes):
                text = text.decode("latin-1")
            if isinstance(text, str) and text.lower() == "content-length":
                return True
        for name in module.nodes(ast.Name):
            if name.id.lower().startswith(_LIMITS):
                return True
    return False


def _reader(program: Program) -> str | None:
    """Return the name of the first endpoint that takes a body."""
    for route in program.fact(routes):
        if route.method in ("get", "head", "options", "websocket"):
            continue
        for param in params(program, route.function):
            kind = param_type(program, param)
            if param.marker(program, *_MARKERS) is not None or kind in _TYPES:
                return route.node.name
            if (
                isinstance(kind, At)
                and is_schema(program, kind)
                and depends(program, param) is None
            ):
                return route.node.name
    return None
