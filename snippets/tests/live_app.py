"""The app with two more routes, for tests that watch a live server."""

import asyncio

from structlog import get_logger

from app.main import app

__all__ = ["app"]


@app.get("/slow")
async def slow() -> dict[str, str]:
    """Say so, and take a second."""
    get_logger().info("slow")
    await asyncio.sleep(1)
    return {"status": "done"}


@app.get("/bug")
async def bug() -> None:
    """Raise what nobody catches."""
    raise RuntimeError("a bug")
