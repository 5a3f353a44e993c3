"""Proof of lost-update."""

import asyncio
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from tests.support.lock_waits import until_waiting

pytestmark = pytest.mark.usefixtures("postgres_database")


async def balance_after_five_deposits_at_once(module: ModuleType) -> int:
    """Deposit five times 10 while the row is held, and let go; all are answered 200."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add(module.Account(id=1, balance=0))
    transport = ASGITransport(module.app)
    async with (
        module.engine.connect() as lock,
        AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        await lock.execute(text("SELECT * FROM accounts FOR UPDATE"))  # nobody else writes
        deposit = {"url": "/accounts/1/deposits", "params": {"amount": 10}}
        requests = [asyncio.create_task(client.post(**deposit)) for _ in range(5)]
        await until_waiting(module.engine, 5)
        await lock.rollback()
        answers = await asyncio.gather(*requests)
        balance: int = await lock.scalar(text("SELECT balance FROM accounts"))
    assert [answer.status_code for answer in answers] == [200] * 5
    return balance


async def test_bad_keeps_one_deposit_of_five(bad: ModuleType) -> None:
    assert await balance_after_five_deposits_at_once(bad) == 10


async def test_good_keeps_all(good: ModuleType) -> None:
    assert await balance_after_five_deposits_at_once(good) == 50
