"""Proof of sqlite-begin."""

import asyncio
import time
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

TIMEOUT = 30  # seconds, in connect_args


async def sell_10_of_10_tickets(module: ModuleType) -> tuple[list[Exception], int]:
    """Sell tickets at the same time; return the errors, and how many are left in the database."""
    async with module.engine.begin() as connection:
        await connection.execute(text("DROP TABLE IF EXISTS events"))
        await connection.execute(text("CREATE TABLE events (id int, tickets int)"))
        await connection.execute(text("INSERT INTO events VALUES (1, 10)"))
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        requests = (client.post("/tickets/1") for _ in range(10))
        outcomes = await asyncio.gather(*requests, return_exceptions=True)
    async with module.engine.connect() as connection:
        left = (await connection.execute(text("SELECT tickets FROM events"))).scalar_one()
    return [outcome for outcome in outcomes if isinstance(outcome, Exception)], left


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_is_locked_at_once_whatever_the_timeout(bad: ModuleType) -> None:
    started = time.monotonic()
    errors, left = await sell_10_of_10_tickets(bad)
    assert errors
    assert all(isinstance(error, OperationalError) for error in errors)
    assert all("database is locked" in str(error) for error in errors)
    assert left == len(errors)
    assert time.monotonic() - started < TIMEOUT / 3


@pytest.mark.usefixtures("sqlite_database")
async def test_good_lets_transactions_wait_and_loses_no_sale_as_the_driver_alone_does(
    good: ModuleType,
) -> None:
    assert await sell_10_of_10_tickets(good) == ([], 0)
    event.remove(good.engine.sync_engine, "begin", good.on_begin)
    await good.engine.dispose()
    errors, left = await sell_10_of_10_tickets(good)
    assert left > 0
    assert errors == []
