"""Proof of integrity-error-swallowed."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import select

pytestmark = pytest.mark.usefixtures("postgres_database")


async def import_two_and_one_again(module: ModuleType) -> tuple[int, list[str]]:
    """Import three addresses, one of them twice; return what is answered and what is stored."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    emails = ["ann@example.com", "bob@example.com", "ann@example.com"]
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post("/readers/import", json={"emails": emails})
    assert answer.status_code == 201
    async with module.sessionmaker() as session:
        stored = await session.scalars(select(module.Reader.email).order_by("email"))
        return answer.json()["added"], list(stored)


async def test_bad_says_two_and_stores_none(bad: ModuleType) -> None:
    assert await import_two_and_one_again(bad) == (2, [])


async def test_good_says_two_and_stores_them(good: ModuleType) -> None:
    emails = ["ann@example.com", "bob@example.com"]
    assert await import_two_and_one_again(good) == (2, emails)
