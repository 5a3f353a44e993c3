"""Tests of an app whose engine is made when it starts."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import pytest
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
    """Make the engine in the loop that uses it."""
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


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    """Connect a client to the started app."""
    async with LifespanManager(app) as manager:
        transport = ASGITransport(manager.app)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client


async def test_the_version_is_1(client: AsyncClient) -> None:
    assert (await client.get("/version")).json() == {"version": 1}


async def test_the_version_stays_1(client: AsyncClient) -> None:
    assert (await client.get("/version")).json() == {"version": 1}
