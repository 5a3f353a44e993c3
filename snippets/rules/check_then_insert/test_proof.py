"""Proof of check-then-insert."""

import asyncio
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select, text
from sqlalchemy.exc import MultipleResultsFound

from tests.support.lock_waits import until_waiting
from tests.support.outcomes import outcome

pytestmark = pytest.mark.usefixtures("postgres_database")


async def register(module: ModuleType) -> int | str:
    """Register an address; return the status, or the error."""
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        return await outcome(client.post("/users", params={"email": "ann@example.com"}))


async def outcomes_of_five_at_once(
    module: ModuleType, *, is_constrained: bool = True
) -> list[int | str]:
    """Register one address five times, all before the first row is in.

    One row is stored, or all of them if the table has no constraint.
    """
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        if not is_constrained:
            await connection.execute(text("ALTER TABLE users DROP CONSTRAINT users_email_key"))
    async with module.engine.connect() as lock:
        await lock.execute(text("LOCK TABLE users IN SHARE MODE"))  # all read, nobody inserts
        requests = [asyncio.create_task(register(module)) for _ in range(5)]
        await until_waiting(module.engine, 5)
        await lock.rollback()
        outcomes = await asyncio.gather(*requests)
        rows = await lock.scalar(text("SELECT count(*) FROM users"))
        assert rows == (1 if is_constrained else 5)
    return sorted(outcomes, key=str)


async def test_bad_answers_500_to_all_but_the_first(bad: ModuleType) -> None:
    outcomes = await outcomes_of_five_at_once(bad)
    message = "duplicate key value violates unique constraint"
    assert [message in str(outcome) for outcome in outcomes] == [True] * 4 + [False]
    assert 201 in outcomes


async def test_good_answers_409_to_all_but_the_first(good: ModuleType) -> None:
    assert await outcomes_of_five_at_once(good) == [201, 409, 409, 409, 409]


async def test_bad_without_a_constraint_stores_each_and_a_lookup_of_one_row_fails(
    bad: ModuleType,
) -> None:
    assert await outcomes_of_five_at_once(bad, is_constrained=False) == [201] * 5
    assert await register(bad) == 409
    async with bad.sessionmaker() as session:
        found = await session.execute(select(bad.User).where(bad.User.email == "ann@example.com"))
        with pytest.raises(MultipleResultsFound):
            found.scalar_one_or_none()
