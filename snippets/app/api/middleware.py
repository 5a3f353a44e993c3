"""Request ids, the access log, the last resort for errors."""

import re
import secrets
import time
from contextlib import suppress

from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.core.logging import access_log

logger = get_logger()
SANE = re.compile(rb"[A-Za-z0-9._-]{1,128}")


class RequestContextMiddleware:
    """Give each request an id, in its answer and in its log lines, and log it once.

    Not `@app.middleware("http")`, which logs no line for a request that raises and loses context
    variables.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.log = access_log(__name__)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
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
            await self.app(scope, receive, send_with_id)
        finally:
            with suppress(OSError):  # a full disk fails no request
                self.log(
                    event="request",
                    method=scope["method"],
                    path=scope["path"],  # without the query, which may carry secrets
                    status=status,
                    duration_ms=round((time.perf_counter() - started) * 1000, 2),
                )


class UnhandledErrorMiddleware:
    """Turn what nobody caught into a 500 and one logged traceback.

    `@app.exception_handler(Exception)` runs outside all other middleware, so its 500 has no CORS
    headers, the traceback is logged twice, and the server drops the connection.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch_start)
        except Exception:
            if started:  # too late for a 500: the server logs it and cuts the answer
                raise
            logger.exception("unhandled_error")
            response = JSONResponse({"error": "Internal server error"}, 500)
            await response(scope, receive, send)
