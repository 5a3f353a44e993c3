"""The app with two more routes, for tests that watch a live server."""

import asyncio

from app.main import app

__all__ = ["app"]


@app.get("/slow")
async def slow() -> dict[str, str]:
    """Take a second."""
    await asyncio.sleep(1)
    return {"status": "done"}


@app.get("/bug")
async def bug() -> None:
    """Raise what nobody catches."""
    raise RuntimeError("a bug")
