"""A request id taken from the caller where it is sane."""

import logging
import re
from uuid import uuid4

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)


class RequestIdMiddleware:
    """Give each request an id, in its response and in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Log the request and add the header X-Request-ID."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = Headers(scope=scope).get("x-request-id", "")
        if not re.fullmatch(r"[A-Za-z0-9._-]{1,128}", request_id):
            request_id = uuid4().hex

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        logger.info("path=%s request_id=%s", scope["path"], request_id)
        await self.app(scope, receive, send_with_id)


app = FastAPI()
app.add_middleware(RequestIdMiddleware)


@app.get("/orders")
async def list_orders() -> list[int]:
    """List the numbers of all orders."""
    return [1, 2]
