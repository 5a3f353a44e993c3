"""Proof of deadlock-not-retried."""

import asyncio
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.support.outcomes import outcome

pytestmark = pytest.mark.usefixtures("postgres_database")


async def outcomes_of_a_deadlock(
    module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> list[int | str]:
    """Return what comes of two requests that each hold what the other wants."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        name = await connection.scalar(text("SELECT current_database()"))
        await connection.execute(text(f"ALTER DATABASE {name} SET deadlock_timeout = '20ms'"))
    await module.engine.dispose()
    async with module.sessionmaker() as session:
        session.add_all([module.Account(id=1), module.Account(id=2)])
        await session.commit()
    execute = AsyncSession.execute
    holding = asyncio.Barrier(2)
    calls = iter(range(100))

    async def execute_and_meet(session: AsyncSession, statement: object) -> object:
        result = await execute(session, statement)  # type: ignore[call-overload]
        if next(calls) < 2:
            await holding.wait()  # until both have changed their first row
        return result

    monkeypatch.setattr(AsyncSession, "execute", execute_and_meet)
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        ways = [("/accounts/1/coins", 2), ("/accounts/2/coins", 1)]
        both = [outcome(client.post(path, params={"target": target})) for path, target in ways]
        return sorted(await asyncio.gather(*both), key=str)


async def test_bad_answers_one_of_them_500(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    error, status = await outcomes_of_a_deadlock(bad, monkeypatch)
    assert "deadlock detected" in str(error)
    assert status == 204


async def test_good_answers_both(good: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await outcomes_of_a_deadlock(good, monkeypatch) == [204, 204]
