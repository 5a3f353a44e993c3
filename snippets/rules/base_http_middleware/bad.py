"""An access log written by `@app.middleware("http")`."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Annotated

from fastapi import FastAPI, Header, Request, Response
from fastapi.responses import StreamingResponse

logger = logging.getLogger(__name__)
current_user = ContextVar("current_user", default="nobody")
app = FastAPI()


@app.middleware("http")
async def log_request(
    request: Request, call_next: Callable[[Request], Awaitable[Response]]
) -> Response:
    """Log each request once, with the user and the seconds it took."""
    started = time.perf_counter()
    response = await call_next(request)
    seconds = time.perf_counter() - started
    path, status = request.url.path, response.status_code
    logger.info("%s %s %s %.3f", path, status, current_user.get(), seconds)
    return response


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
