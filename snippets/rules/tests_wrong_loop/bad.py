"""Tests of an app whose engine is made at import."""

import os
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
app = FastAPI()


@app.get("/version")
async def read_version() -> dict[str, int]:
    """Return the version of the data."""
    async with engine.connect() as connection:
        result = await connection.execute(text("SELECT 1"))
        return {"version": result.scalar_one()}


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    """Connect a client to the app."""
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def test_the_version_is_1(client: AsyncClient) -> None:
    assert (await client.get("/version")).json() == {"version": 1}


async def test_the_version_stays_1(client: AsyncClient) -> None:
    assert (await client.get("/version")).json() == {"version": 1}
