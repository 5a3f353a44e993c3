"""Proof of commit-per-call."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select

pytestmark = pytest.mark.usefixtures("postgres_database")


async def orders_of_two_for_one_product(module: ModuleType) -> int:
    """Order twice what is there once; return how many orders are stored."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add(module.Product(id=1, stock=1))
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        answers = [await client.post("/orders", params={"product_id": 1}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 409]
    async with module.sessionmaker() as session:
        number: int = await session.scalar(select(func.count()).select_from(module.Order))
    return number


async def test_bad_keeps_the_order_that_was_refused(bad: ModuleType) -> None:
    assert await orders_of_two_for_one_product(bad) == 2


async def test_good_keeps_the_other_alone(good: ModuleType) -> None:
    assert await orders_of_two_for_one_product(good) == 1
