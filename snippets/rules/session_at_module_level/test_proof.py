"""Proof of session-at-module-level."""

import asyncio
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

pytestmark = pytest.mark.usefixtures("postgres_database")


async def orders_after_an_overlap(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[int], list[str]]:
    """Post an order that is refused while another waits for the warehouse.

    Return both statuses, and the orders that are stored then.
    """
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        await connection.execute(text("INSERT INTO orders VALUES ('old')"))
    waits, goes_on = asyncio.Event(), asyncio.Event()

    async def reserve_stock(number: str) -> None:
        waits.set()
        await goes_on.wait()

    monkeypatch.setattr(module, "reserve_stock", reserve_stock)
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        slow = asyncio.create_task(client.post("/orders", params={"number": "new"}))
        await waits.wait()
        refused = await client.post("/orders", params={"number": "old"})
        goes_on.set()
        statuses = [refused.status_code, (await slow).status_code]
    async with module.engine.connect() as connection:
        stored = await connection.scalars(text("SELECT number FROM orders ORDER BY number"))
        return statuses, list(stored)


async def test_bad_answers_201_for_a_row_that_another_request_rolled_back(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await orders_after_an_overlap(bad, monkeypatch) == ([409, 201], ["old"])


async def test_good_keeps_the_row(good: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await orders_after_an_overlap(good, monkeypatch) == ([409, 201], ["new", "old"])
