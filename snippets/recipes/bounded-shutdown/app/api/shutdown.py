"""A bound on the shutdown, however the server was started."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from fastapi import APIRouter, FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from structlog import get_logger

from app.core.config import get_settings
from app.core.shutdown import word_of_shutdown

logger = get_logger()
EXIT_SECONDS = 5.0  # after the cut: some go on when cancelled


class State(TypedDict):
    """What requests find in `request.state`."""

    under_way: set[asyncio.Task[object]]


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
    """Watch for the signal that ends the server."""
    under_way: set[asyncio.Task[object]] = set()
    with word_of_shutdown() as stopping:
        watch = asyncio.create_task(cut_late(stopping, under_way))
        yield {"under_way": under_way}
        watch.cancel()


async def cut_late(stopping: asyncio.Event, under_way: set[asyncio.Task[object]]) -> None:
    """Cancel what is still under way some seconds after the signal; then end the process."""
    await stopping.wait()
    seconds = get_settings().shutdown_seconds
    last = threading.Timer(seconds + EXIT_SECONDS, os._exit, [1])
    last.daemon = True  # the process may end before
    last.start()
    await asyncio.sleep(seconds)
    logger.warning("requests_cut_at_shutdown", number=len(under_way))
    for task in under_way:
        task.cancel()


class CutAtShutdownMiddleware:
    """Knows the requests that are under way, and answers 503 for one that is cut."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, unless the shutdown comes first."""
        under_way: set[asyncio.Task[object]] | None = scope.get("state", {}).get("under_way")
        task = asyncio.current_task()
        if under_way is None or task is None:  # the lifespan itself
            await self.app(scope, receive, send)
            return
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        under_way.add(task)
        try:
            await self.app(scope, receive, watched)
        except asyncio.CancelledError:
            if started or scope["type"] != "http":
                raise  # the server closes the connection
            answer = JSONResponse({"error": "Shutting down"}, 503, {"Retry-After": "1"})
            await answer(scope, receive, send)
        finally:
            under_way.discard(task)


shutdown_bound = APIRouter(lifespan=lifespan)
