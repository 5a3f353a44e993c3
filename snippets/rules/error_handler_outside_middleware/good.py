"""Unhandled errors answered by a middleware inside CORS."""

import logging
from uuid import uuid4

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)


class RequestIdMiddleware:
    """Give each response an id."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Add the header X-Request-ID."""

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = uuid4().hex
            await send(message)

        await self.app(scope, receive, send_with_id)


class UnexpectedErrorMiddleware:
    """Log the traceback and answer 500."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer where nobody else did."""
        started = False

        async def watch_start(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch_start)
        except Exception:
            if started or scope["type"] != "http":
                raise  # too late for a 500: the server logs it and cuts the response
            logger.exception("unhandled error")
            response = JSONResponse({"detail": "Internal server error"}, 500)
            await response(scope, receive, send)


app = FastAPI()
app.add_middleware(UnexpectedErrorMiddleware)
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
app.add_middleware(RequestIdMiddleware)


@app.get("/share")
async def read_share(people: int) -> int:
    """Return what each pays of the bill, in cents."""
    return 1200 // people
