"""The app with requests that do not end by themselves."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress

from starlette.responses import StreamingResponse
from structlog import get_logger

from app.main import app

__all__ = ["app"]


@app.get("/endless")
async def endless() -> None:
    """Never answer."""
    get_logger().info("begun")
    try:
        await asyncio.Event().wait()
    finally:
        get_logger().info("cleaned_up")


@app.get("/stream")
async def stream() -> StreamingResponse:
    """Never end."""

    async def chunks() -> AsyncIterator[bytes]:
        yield b"begun"
        await asyncio.Event().wait()

    return StreamingResponse(chunks())


@app.get("/thread")
def thread() -> None:
    """Wait in a thread."""
    get_logger().info("begun")
    threading.Event().wait()


@app.get("/stubborn")
async def stubborn() -> None:
    """Go on when cancelled."""
    get_logger().info("begun")
    while True:
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
