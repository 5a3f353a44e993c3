"""An app that makes its engine at the start, and a test that starts it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

from asgi_lifespan import LifespanManager
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


class State(TypedDict):
    """What requests find in `request.state`."""

    engine: AsyncEngine


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[State]:
    """Make the engine, and close its connections in the end."""
    engine = create_async_engine(os.environ["APP_DATABASE_URL"])
    yield {"engine": engine}
    await engine.dispose()


app = FastAPI(lifespan=lifespan)


@app.get("/version")
async def read_version(request: Request) -> dict[str, int]:
    """Return the version of the data."""
    async with request.state.engine.connect() as connection:
        result = await connection.execute(text("SELECT 1"))
        return {"version": result.scalar_one()}


async def test_the_version_is_1() -> None:
    async with LifespanManager(app) as manager:
        transport = ASGITransport(manager.app)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            response = await client.get("/version")
    assert response.json() == {"version": 1}
