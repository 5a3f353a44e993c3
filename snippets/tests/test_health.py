"""`/healthz` tells whether the database answers."""

import asyncio
import time

import pytest
from httpx import AsyncClient
from sqlalchemy import text

from app.core.db import create_engine
from clients import client_on
from patience import patient
from postgres import running_postgres

BLOCKED = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


async def test_health_is_ok_while_the_database_answers(committing_client: AsyncClient) -> None:
    response = await committing_client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.slow
@pytest.mark.live
async def test_health_is_503_at_once_while_the_database_is_down_and_ok_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with running_postgres() as postgres:
        async with client_on(postgres.url, monkeypatch) as client:
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/api/v1/products")).status_code == 200
            await asyncio.to_thread(postgres.stop)
            started = time.monotonic()
            down = await client.get("/healthz")
            assert (down.status_code, down.json()) == (503, {"status": "unavailable"})
            assert time.monotonic() - started < patient(5)
            assert (await client.get("/api/v1/products")).status_code == 503
            await asyncio.to_thread(postgres.start)
            assert (await client.get("/healthz")).status_code == 200
            assert (await client.get("/api/v1/products")).status_code == 200


async def test_health_is_ok_while_the_pool_is_exhausted(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client_on(own_postgres_url, monkeypatch, APP_DATABASE_POOL_SIZE="1") as client:
        locker = create_engine(own_postgres_url, 1)
        async with locker.begin() as connection:
            await connection.execute(text("LOCK TABLE products"))
            waiting = asyncio.create_task(client.get("/api/v1/products"))
            while not await connection.scalar(BLOCKED):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            assert (await client.get("/healthz")).status_code == 200
            assert not waiting.done()
        assert (await waiting).status_code == 200
        await locker.dispose()


async def test_a_monitor_may_ask_with_head(committing_client: AsyncClient) -> None:
    assert (await committing_client.head("/healthz")).status_code == 200


@pytest.mark.parametrize("create_tables", ["true", "false"])
async def test_without_its_database_it_does_not_start(
    monkeypatch: pytest.MonkeyPatch, create_tables: str
) -> None:
    nowhere = "postgresql+asyncpg://shop@127.0.0.1:1/shop"
    with pytest.raises(ConnectionError):
        async with client_on(nowhere, monkeypatch, APP_CREATE_TABLES=create_tables):
            pass


async def test_without_the_creation_of_tables_the_start_only_connects(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client_on(own_database_url, monkeypatch, APP_CREATE_TABLES="false") as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/api/v1/products")).status_code == 500
