"""Proof of check-then-insert."""

import asyncio
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from tests.support.lock_waits import until_waiting

pytestmark = pytest.mark.usefixtures("postgres_database")


async def register(module: ModuleType) -> int:
    """Register an address; return the status."""
    transport = ASGITransport(module.app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        return (await client.post("/users", params={"email": "ann@example.com"})).status_code


async def statuses_of_five_at_once(module: ModuleType) -> list[int]:
    """Register one address five times, all before the first row is in; one row is stored."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.engine.connect() as lock:
        await lock.execute(text("LOCK TABLE users IN SHARE MODE"))  # all read, nobody inserts
        requests = [asyncio.create_task(register(module)) for _ in range(5)]
        await until_waiting(module.engine, 5)
        await lock.rollback()
        statuses = await asyncio.gather(*requests)
        assert await lock.scalar(text("SELECT count(*) FROM users")) == 1
    return sorted(statuses)


async def test_bad_answers_500_to_all_but_the_first(bad: ModuleType) -> None:
    assert await statuses_of_five_at_once(bad) == [201, 500, 500, 500, 500]


async def test_good_answers_409_to_all_but_the_first(good: ModuleType) -> None:
    assert await statuses_of_five_at_once(good) == [201, 409, 409, 409, 409]
