"""Proof of expire-on-commit."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import func, select
from sqlalchemy.exc import MissingGreenlet

pytestmark = pytest.mark.usefixtures("postgres_database")


async def register(module: ModuleType) -> Response:
    """Register a user."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        return await client.post("/users", params={"email": "ann@example.com"})


async def test_bad_fails_after_it_stored_the_row(bad: ModuleType) -> None:
    # SQLAlchemy 2.0 says await_only()
    message = r"greenlet_spawn has not been called; can't call await_(only)?\(\) here"
    with pytest.raises(MissingGreenlet, match=message):
        await register(bad)
    async with bad.sessionmaker() as session:
        assert await session.scalar(select(func.count(bad.User.id))) == 1


async def test_good_answers_with_what_it_stored(good: ModuleType) -> None:
    response = await register(good)
    assert response.status_code == 201
    assert response.json() == {"id": 1, "email": "ann@example.com"}
