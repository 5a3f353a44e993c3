"""A session of a dependency that is open as long as a WebSocket or an endless stream."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Dependency, Endpoint, endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import SSE_STREAMS, STREAMS, answering
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    QUERIES,
    ends_at_return,
    gives_session,
    makes_session,
    uses,
)

_SOCKETS = ("websocket", "add_api_websocket_route")
_SOCKET = "fastapi.WebSocket"
_STREAMS = (*STREAMS, *SSE_STREAMS)
_ASKS = QUERIES | {"query"}
_ENDS = {"close", "commit", "rollback"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the endpoints that stay, and whose session took a connection."""
    for endpoint in endpoints(program):
        is_socket = endpoint.method in _SOCKETS
        if not (_serves(endpoint) if is_socket else _streams(endpoint.function)):
            continue
        yield from _opened_around(endpoint, is_socket=is_socket)
        for dependency in endpoint.dependencies:
            is_kept = is_socket or not ends_at_return(dependency)
            if (
                is_kept
                and gives_session(dependency.target)
                and (query := _query(endpoint, dependency))
            ):
                yield endpoint.function.hit(
                    f"`{endpoint.name}` holds the connection that `{query.function.name}` takes"
                    f" with the session of `{dependency.target.name}` until the client leaves: when"
                    " such clients hold the whole pool, every endpoint waits",
                )
                break


def _opened_around(endpoint: Endpoint, *, is_socket: bool) -> Iterator[Hit]:
    """Yield the sessions that a block opens around the loop, and that ask in it or before it."""
    function = endpoint.function
    running = [function, *_given_socket(function)] if is_socket else _generators(function)
    for inner in running:
        loops = inner.own(ast.While, ast.AsyncFor)
        for block in inner.own(ast.With, ast.AsyncWith) if loops else ():
            for context, variable in block.contexts.items():
                used = [u for u in uses(inner) if u.owner.name == variable.name and block.holds(u)]
                is_kept = makes_session(context) and any(map(block.holds, loops))
                is_asked = any(use.member in _ASKS for use in used)
                if is_kept and is_asked and not any(use.member in _ENDS for use in used):
                    yield context.hit(
                        f"`{endpoint.name}` holds the connection of `{variable.name}` until the"
                        " client leaves: when such clients hold the whole pool, every endpoint"
                        " waits",
                        fix="Open the session inside the loop, for each message",
                    )


def _given_socket(function: Node) -> list[Node]:
    """Return the functions that an endpoint gives its socket."""
    return [c.callee for c in function.calls if any(v.is_a(_SOCKET) for v in c.given)]


def _serves(endpoint: Endpoint) -> bool:
    """Say whether the endpoint, or a function that it gives the socket, receives in a loop."""
    function = endpoint.function
    return any(f.own(ast.While, ast.AsyncFor) for f in (function, *_given_socket(function)))


def _streams(function: Node) -> bool:
    """Say whether an endpoint returns, or is, a generator that does not end by itself."""
    return bool(_generators(function))


def _generators(function: Node) -> list[Node]:
    """Return the endless generators that an endpoint is, or answers with."""
    if function.is_generator:
        return [function] if _is_endless(function) else []
    answers = (call for call in function.calls if call.last_name.endswith("Response"))
    found = [
        call.argument(0, "content").value.func.definition
        for call in answers
        if call.called in _STREAMS
    ]
    return [generator for generator in found if generator.is_generator and _is_endless(generator)]


def _is_endless(generator: Node) -> bool:
    for loop in generator.own(ast.While):
        is_for_ever = loop.test.literal in (True, 1)
        asks = any(part.last_name == "is_disconnected" for part in loop.test.walk(ast.Call))
        if (is_for_ever or asks) and any(loop.holds(y) for y in generator.own(ast.Yield)):
            return not is_for_ever or not _leaves(loop)
    return False


def _leaves(loop: Node) -> bool:
    """Say whether a loop ends, other than when the client has left."""
    for leave in loop.walk(ast.Break, ast.Return):
        condition = next((a for a in leave.ancestors if a.test), leave.at(None))
        if not any(part.last_name == "is_disconnected" for part in condition.test.walk(ast.Call)):
            return True
    return False


def _query(endpoint: Endpoint, dependency: Dependency) -> Node:
    """Return a query on a session that was handed over, unless its transaction is ended."""
    nothing = endpoint.function.at(None)
    functions = answering(endpoint) - {dependency.target}
    used = [use for function in functions for use in uses(function) if not _opens(use)]
    if any(use.member in _ENDS for use in used):
        return nothing
    queries = [use for use in used if use.member in _ASKS]
    return min(queries, key=lambda use: use.place, default=nothing)


def _opens(use: Node) -> bool:
    """Say whether the function opens the session itself, or does so with a block."""
    bound = use.owner.bound
    if bound is not None and bound.kind not in ("param", "assign"):
        return True
    return any(context.name == use.owner.name for a in use.ancestors for context in a.contexts)
