"""Proof of snippets/rules/check-then-insert."""

import asyncio
from collections import Counter
from contextlib import AsyncExitStack
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

pytestmark = pytest.mark.usefixtures("postgres_database")

ADDRESS = "ann@example.com"


async def register(module: ModuleType) -> int:
    """Register an address; return the status."""
    transport = ASGITransport(module.app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        return (await client.post("/users", params={"email": ADDRESS})).status_code


async def status_of_the_second(module: ModuleType) -> int:
    """Register an address that another transaction has inserted and not yet committed."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    async with module.engine.connect() as first, module.engine.connect() as observer:
        await first.execute(text("INSERT INTO users (email) VALUES (:email)"), {"email": ADDRESS})
        await observer.execution_options(isolation_level="AUTOCOMMIT")
        second = asyncio.create_task(register(module))
        for _ in range(1000):
            await asyncio.sleep(0.01)
            if second.done() or await observer.scalar(waiting):
                break
        await first.commit()
        return await second


async def statuses_of_five_at_once(module: ModuleType) -> Counter[int]:
    """Register one address five times at once, and count the statuses; one row is stored."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with AsyncExitStack() as stack:  # a connection for each, as opening one takes longer
        for _ in range(5):
            await stack.enter_async_context(module.engine.connect())
    statuses = Counter(await asyncio.gather(*(register(module) for _ in range(5))))
    async with module.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM users")) == 1
    return statuses


async def test_bad_answers_500_to_the_second_of_two(bad: ModuleType) -> None:
    assert await status_of_the_second(bad) == 500


async def test_good_answers_409_to_the_second_of_two(good: ModuleType) -> None:
    assert await status_of_the_second(good) == 409


async def test_bad_answers_500_to_requests_at_once(bad: ModuleType) -> None:
    statuses = await statuses_of_five_at_once(bad)
    assert statuses[201] == 1
    assert statuses[500] >= 1


async def test_good_answers_409_to_requests_at_once(good: ModuleType) -> None:
    assert await statuses_of_five_at_once(good) == {201: 1, 409: 4}
