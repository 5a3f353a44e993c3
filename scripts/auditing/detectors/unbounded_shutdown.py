"""A server that waits at SIGTERM for a stream without an end."""

import ast
from collections.abc import Iterator

from auditing.calls import commands
from auditing.finding import Hit
from auditing.modules import FUNCTIONS, Module
from auditing.program import Program
from auditing.syntax import has_unpacking, keyword

_STREAMS = {
    "fastapi.responses.StreamingResponse", "fastapi.responses.EventSourceResponse",
    "fastapi.sse.EventSourceResponse", "sse_starlette.EventSourceResponse",
    "sse_starlette.sse.EventSourceResponse",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield each start of uvicorn without a limit, in a program with an endless stream."""
    starts = [(m, c) for m, c in commands(program) if not _is_limited(program, m, c)]
    if not starts:
        return
    name = _endless(program)
    if name is not None:
        for module, call in starts:
            yield Hit(
                module, call,
                f"`{name}` streams without end: at SIGTERM the server waits for it until it is"
                " killed, and the end of the lifespan never runs",
            )  # fmt: skip


def _is_limited(program: Program, module: Module, call: ast.Call) -> bool:
    if has_unpacking(call) or keyword(call, "timeout_graceful_shutdown") is not None:
        return True
    reload = keyword(call, "reload")
    return reload is not None and program.constant(module, reload) is not False


def _endless(program: Program) -> str | None:
    """Return the name of a generator that yields for ever, beside a streaming response."""
    for module in program.code:
        has_streams = any(True for _ in program.calls(module, *_STREAMS))
        for function in module.functions():
            if has_streams and _yields_for_ever(function):
                return function.name
    return None


def _yields_for_ever(function: ast.AST) -> bool:
    for node in ast.walk(function):
        is_endless = (
            isinstance(node, ast.While)
            and isinstance(node.test, ast.Constant)
            and bool(node.test.value)
        )
        if not is_endless or not isinstance(function, FUNCTIONS):
            continue
        inner = list(ast.walk(node))
        yields = any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in inner)
        ends = any(isinstance(n, (ast.Break, ast.Return)) for n in inner)
        if yields and not ends:
            return True
    return False
