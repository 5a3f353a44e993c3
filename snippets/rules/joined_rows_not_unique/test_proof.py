"""Proof of joined-rows-not-unique."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient

from tests.support.outcomes import outcome

pytestmark = pytest.mark.usefixtures("postgres_database")


async def answers(module: ModuleType) -> list[int | str]:
    """Return the answers of the list before and after the first order, of two lines."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        before = await outcome(client.get("/orders"))
        async with module.sessionmaker.begin() as session:
            session.add(module.Order(lines=[module.Line(), module.Line()]))
        after = await outcome(client.get("/orders"))
    return [before, after]


async def test_bad_fails_from_the_first_row_on(bad: ModuleType) -> None:
    before, after = await answers(bad)
    assert before == 200
    assert "The unique() method must be invoked on this Result" in str(after)


async def test_bad_would_not_fail_for_one_row(bad: ModuleType) -> None:
    assert "unique()" in str((await answers(bad))[1])
    statement = bad.select(bad.Order).options(bad.joinedload(bad.Order.lines))
    async with bad.sessionmaker() as session:
        assert await session.scalar(statement) is not None
        assert (await session.scalars(statement)).first() is not None


async def test_good_answers_both(good: ModuleType) -> None:
    assert await answers(good) == [200, 200]
