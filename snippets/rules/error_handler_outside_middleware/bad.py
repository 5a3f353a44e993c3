"""Unhandled errors answered by an exception handler."""

import logging
from uuid import uuid4

from fastapi import FastAPI, Request
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


app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])
app.add_middleware(RequestIdMiddleware)


@app.exception_handler(Exception)
async def handle_unexpected(request: Request, error: Exception) -> JSONResponse:
    """Log the traceback and answer 500."""
    logger.exception("unhandled error")
    return JSONResponse({"detail": "Internal server error"}, 500)


@app.get("/share")
async def read_share(people: int) -> int:
    """Return what each pays of the bill, in cents."""
    return 1200 // people
