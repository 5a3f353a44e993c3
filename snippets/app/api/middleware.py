"""Request ids, the access log, the last resort for errors, HEAD."""

import asyncio
import re
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from http.client import responses as phrases

from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.core.logging import access_log

logger = get_logger()
log = access_log(__name__)
BUG: Message = {"status": 500, "headers": ()}
SANE = re.compile(rb"[A-Za-z0-9._-]{1,128}")


@dataclass
class HttpMiddleware:
    """Give HTTP requests to `handle`, with the application that it wraps; all else passes.

    Not `@app.middleware("http")`, which loses context variables, and sees no answer to a request
    that raises.
    """

    app: ASGIApp
    handle: Callable[[ASGIApp, Scope, Receive, Send], Awaitable[None]]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self.handle(self.app, scope, receive, send)
        else:
            await self.app(scope, receive, send)


async def log_request(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Give a request an id, in its answer and in its log lines, and log it once."""
    sent = dict(scope["headers"]).get(b"x-request-id", b"")
    request_id = sent.decode() if SANE.fullmatch(sent) else secrets.token_hex(16)
    clear_contextvars()
    bind_contextvars(request_id=request_id)
    started = time.perf_counter()
    status = None

    async def send_with_id(message: Message) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
            MutableHeaders(scope=message)["X-Request-ID"] = request_id
        await send(message)

    try:
        await app(scope, receive, send_with_id)
    finally:
        with suppress(OSError):  # a full disk fails no request
            log(
                event="request",
                method=scope["method"],
                path=scope["path"],  # without the query, which may carry secrets
                status=status,
                duration_ms=round((time.perf_counter() - started) * 1000, 2),
            )


async def answer_errors(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer the errors that no handler answered, in the shape of all others.

    What nobody caught is a 500 and one logged traceback: `@app.exception_handler(Exception)` runs
    outside all other middleware, so its 500 has no CORS headers, the traceback is logged twice, and
    the server drops the connection. Starlette's own errors are plain text: of a body that announces
    too much, of a range that the file does not have.
    """
    started, plain = False, None

    async def watch(message: Message) -> None:
        nonlocal started, plain
        if message["type"] == "http.response.start":
            kind = dict(message["headers"]).get(b"content-type", b"")
            is_plain = message["status"] >= 400 and kind.startswith(b"text/plain")
            started, plain = True, message if is_plain else None
        if plain is None:
            await send(message)
        elif message["type"] == "http.response.body" and not message.get("more_body"):
            text = message.get("body", b"").decode(errors="replace")
            await answer_error(plain, text, scope, receive, send)

    try:
        await app(scope, receive, watch)
    except Exception:
        if started:  # too late for a 500: the server logs it and cuts the answer
            raise
        logger.exception("unhandled_error")
        await answer_error(BUG, "Internal server error", scope, receive, send)


async def answer_error(
    start: Message, error: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer as the handlers of `app.api.errors` do, with this status and these headers."""
    status = start["status"]
    response = JSONResponse({"error": error or phrases.get(status, "Error")}, status)
    own = dict(response.raw_headers)
    response.raw_headers += [each for each in start["headers"] if each[0] not in own]
    await response(scope, receive, send)


async def answer_head(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer HEAD as GET, without the body: FastAPI's routes refuse what monitors ask with."""
    if scope["method"] != "HEAD":
        return await app(scope, receive, send)
    as_get = {**scope, "method": "GET"}  # the server's own stays HEAD: it sends no body

    async def send_head(message: Message) -> None:
        is_start = message["type"] == "http.response.start"
        if is_start:
            await send(message)
            await send({"type": "http.response.body"})
        has_length = b"content-length" in dict(message.get("headers", ()))
        if message.get("more_body", is_start and not has_length):  # nobody reads the rest
            rest.reschedule(asyncio.get_running_loop().time())

    try:
        async with asyncio.timeout(None) as rest:
            await app(as_get, receive, send_head)
    except TimeoutError:
        if not rest.expired():
            raise
    finally:
        scope["endpoint"] = as_get.get("endpoint")  # for the metrics
