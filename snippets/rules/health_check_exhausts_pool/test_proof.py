"""Proof of health-check-exhausts-pool."""

import asyncio
import contextlib
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import event, text


def client_of(module: ModuleType) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(module.app), base_url="http://test")


async def status_while_requests_hold_the_pool(module: ModuleType) -> int:
    """Return the health check's answer while the database answers all five busy requests."""
    async with client_of(module) as client, contextlib.AsyncExitStack() as stack:
        for _ in range(5):
            connection = await stack.enter_async_context(module.engine.connect())
            await connection.execute(text("SELECT 1"))
        return (await client.get("/healthz")).status_code


async def connections_that_checks_take(module: ModuleType) -> int:
    """Return how many of the pool's connections 50 checks hold at the same time."""
    most = 0

    @event.listens_for(module.engine.sync_engine, "checkout")
    def count(*_: object) -> None:
        nonlocal most
        most = max(most, module.engine.pool.checkedout())

    async with client_of(module) as client:
        responses = await asyncio.gather(*(client.get("/healthz") for _ in range(50)))
    assert 200 in {response.status_code for response in responses}
    return most


@pytest.mark.usefixtures("postgres_database")
async def test_bad_is_unavailable_because_requests_hold_the_pool(bad: ModuleType) -> None:
    assert await status_while_requests_hold_the_pool(bad) == 503


@pytest.mark.usefixtures("postgres_database")
async def test_good_is_ok_while_requests_hold_the_pool(good: ModuleType) -> None:
    assert await status_while_requests_hold_the_pool(good) == 200


@pytest.mark.usefixtures("postgres_database")
async def test_bad_takes_the_whole_pool_when_checks_come_in_a_flood(bad: ModuleType) -> None:
    assert await connections_that_checks_take(bad) == 5


@pytest.mark.usefixtures("postgres_database")
async def test_good_takes_no_connection_of_the_pool_in_a_flood(good: ModuleType) -> None:
    assert await connections_that_checks_take(good) == 0
