"""references/testing.md: what makes a test wait for ever."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import create_engine
from app.models import Base, User
from postgres import scratch_database

ADA = {"email": "ada@example.com", "full_name": "Ada", "password_hash": "x"}
WAITING = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture
def database_url(server_url: str) -> Iterator[str]:
    """A database of the test's own."""
    with scratch_database(server_url) as url:
        yield url


async def test_a_stream_reaches_a_client_in_the_process_only_when_it_has_ended() -> None:
    app, sent, end = FastAPI(), asyncio.Event(), asyncio.Event()

    @app.get("/news")
    async def news() -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for _ in range(100):
                yield "data: news\n\n"
            sent.set()
            await end.wait()

        return StreamingResponse(lines())

    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        asked = asyncio.create_task(client.send(client.build_request("GET", "/news"), stream=True))
        await sent.wait()
        await asyncio.sleep(0)
        assert not asked.done()
        end.set()
        assert (await asked).status_code == 200


async def test_a_row_that_another_connection_has_not_committed_is_waited_for(
    database_url: str,
) -> None:
    engine = create_engine(database_url, 3)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with engine.connect() as own, engine.connect() as apps, engine.connect() as watch:
        await own.execute(insert(User), ADA)
        waiting = asyncio.create_task(add(apps))
        while not waiting.done() and not await watch.scalar(text(WAITING)):
            await watch.rollback()
        assert not waiting.done()
        await own.rollback()
        await waiting
    await engine.dispose()


async def add(connection: AsyncConnection) -> None:
    """Store the same account, as a request would."""
    await connection.execute(insert(User), ADA)
