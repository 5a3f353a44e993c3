"""Proof of timeout-stops-nothing."""

import asyncio
from types import ModuleType

import pytest
from sqlalchemy import func, select

pytestmark = pytest.mark.usefixtures("postgres_database")


async def orders_after_a_504(module: ModuleType) -> int:
    """Post an order, get a 504, let the payment come, and count what is stored."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    sent: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    received: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    received.put_nowait({"type": "http.request", "body": b""})
    scope = {
        "type": "http", "method": "POST", "path": "/orders", "headers": [], "query_string": b"",
    }  # fmt: skip
    request = asyncio.create_task(module.app(scope, received.get, sent.put))
    assert (await sent.get())["status"] == 504
    module.payment.set()
    await request
    async with module.sessionmaker() as session:
        count: int = await session.scalar(select(func.count()).select_from(module.Order))
    return count


async def test_bad_stores_the_order_all_the_same(bad: ModuleType) -> None:
    assert await orders_after_a_504(bad) == 1


async def test_good_stores_nothing(good: ModuleType) -> None:
    assert await orders_after_a_504(good) == 0
