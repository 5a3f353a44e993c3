"""Proof of json-changed-in-place."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient

pytestmark = pytest.mark.usefixtures("postgres_database")


async def set_and_read(module: ModuleType) -> tuple[object, object]:
    """Set an option by one request, and read by the next; return both answers."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add(module.Account(id=1, options={"theme": "light"}))
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test/accounts/1") as client:
        answer = await client.put("/options/theme", params={"value": "dark"})
        later = await client.get("/options")
    return answer.json(), later.json()


async def test_bad_answers_with_what_it_does_not_store(bad: ModuleType) -> None:
    assert await set_and_read(bad) == ({"theme": "dark"}, {"theme": "light"})


async def test_good_stores_it(good: ModuleType) -> None:
    assert await set_and_read(good) == ({"theme": "dark"}, {"theme": "dark"})
