"""A server that waits at SIGTERM for a stream without an end."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import STREAMS
from fastapi_pro.auditing.libraries.started import serves
from fastapi_pro.auditing.libraries.starts import Start, starts
from fastapi_pro.auditing.model import limits

_CANCELLED = {"CancelledError", "GeneratorExit"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each start of uvicorn without a limit, in a program with an endless stream."""
    unlimited = [start for start in starts(program) if not _is_limited(start)]
    endless = list(_endless(program)) if unlimited else []
    for start in unlimited:
        name = next((name for name, place in endless if serves(start, place.module)), "")
        if not name:
            continue
        yield start.place.hit(
            f"`{name}` streams without end: at SIGTERM the server waits for the stream until it is"
            " killed, and the end of the lifespan never runs"
        )


def _is_limited(start: Start) -> bool:
    if not start.is_uvicorn or start.is_open or start.is_development:
        return True
    if isinstance(start.place, Node) and start.place.module.is_tool:
        return True
    reload = start.option("reload")
    may_reload = reload is not None and (reload.value is None or reload.is_on)
    return may_reload or start.option("timeout-graceful-shutdown") is not None


def _endless(program: Program) -> Iterator[tuple[str, Node]]:
    """Yield the names of generators that are a response and yield for ever, and what sends them."""
    for endpoint in endpoints(program):
        if _yields_for_ever(endpoint.function):
            yield endpoint.name, endpoint.function
    for call in program.calls_of(*STREAMS):
        if name := _source(call.argument(0, "content")):
            yield name, call


def _source(content: Node, depth: int = 0) -> str:
    """Return the name of the endless generator that a stream takes its content from, or ""."""
    made = content.value
    if not made.is_call or depth > limits.CALLS:
        return ""
    if _yields_for_ever(made.callee):
        return made.callee.name
    return next(filter(None, (_source(arg, depth + 1) for arg in made.args)), "")


def _yields_for_ever(function: Node) -> bool:
    """Say whether a generator loops for as long as its client listens."""
    yields = function.own(ast.Yield, ast.YieldFrom)
    ends = function.own(ast.Break, ast.Return, ast.Raise)
    return any(
        _is_endless(loop.test)
        and any(loop.holds(node) for node in yields)
        and not any(loop.holds(node) and _leaves(node, loop) for node in ends)
        for loop in (function.own(ast.While) if yields else ())
    )


def _is_endless(test: Node) -> bool:
    """Say whether a loop's condition is `True`, or only that the client is there."""
    match test.ast:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _asks_client(test.at(operand))
    return bool(test.literal)


def _asks_client(test: Node) -> bool:
    """Say whether an expression is `await request.is_disconnected()`."""
    call = test.awaited
    return call.is_call and call.is_awaited and call.member == "is_disconnected"


def _leaves(end: Node, loop: Node) -> bool:
    """Say whether a `break`, `return` or `raise` leaves a loop before its client does."""
    for above in end.ancestors:
        if above == loop:
            return True
        match end.ast, above.ast:
            case ast.Break(), ast.While() | ast.For() | ast.AsyncFor():
                return False
            case ast.Raise(), ast.ExceptHandler():
                return False
            case _, ast.If() if _asks_client(above.test):
                return False
            case _, ast.ExceptHandler(type=type_):
                caught = above.at(type_)
                if {kind.last_name for kind in caught.elements or [caught]} <= _CANCELLED:
                    return False
    return True
