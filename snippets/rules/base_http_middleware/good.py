"""An access log written by a pure ASGI middleware."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextvars import ContextVar
from typing import Annotated

from fastapi import FastAPI, Header
from fastapi.responses import StreamingResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)
current_user = ContextVar("current_user", default="nobody")


class LogRequestMiddleware:
    """Log each request once, with the user and the seconds it took."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and log it whatever happens."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def watch_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, watch_status)
        finally:
            seconds = time.perf_counter() - started
            logger.info("%s %s %s %.3f", scope["path"], status, current_user.get(), seconds)


app = FastAPI()
app.add_middleware(LogRequestMiddleware)


@app.get("/me")
async def read_me(x_user: Annotated[str, Header()]) -> str:
    """Return who is calling."""
    current_user.set(x_user)
    return x_user


@app.get("/export")
async def export() -> StreamingResponse:
    """Send the rows one by one."""

    async def rows() -> AsyncIterator[str]:
        for number in range(3):
            await asyncio.sleep(0.1)
            yield f"{number}\n"

    return StreamingResponse(rows(), media_type="text/csv")


@app.get("/share")
async def read_share(people: int) -> int:
    """Return what each pays of the bill, in cents."""
    return 1200 // people
