"""Proof of job-before-commit."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

pytestmark = pytest.mark.usefixtures("postgres_database")


async def is_confirmed(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Say whether an order is confirmed by a worker that is faster than the commit."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    commit = AsyncSession.commit

    async def commit_slowly(session: AsyncSession) -> None:
        await module.jobs.join()  # the worker has done what it was told so far
        await commit(session)

    monkeypatch.setattr(AsyncSession, "commit", commit_slowly)
    async with (
        module.app.router.lifespan_context(module.app),
        AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client,
    ):
        response = await client.post("/orders")
        assert (response.status_code, response.json()) == (201, {"id": 1})
        await module.jobs.join()
    async with module.sessionmaker() as session:
        return bool(await session.scalar(select(module.Order.is_confirmed)))


async def test_bad_never_confirms_the_order(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not await is_confirmed(bad, monkeypatch)


async def test_good_confirms_it(good: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await is_confirmed(good, monkeypatch)
