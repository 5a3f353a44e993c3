"""Proof of mass-assignment."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient, Response

pytestmark = pytest.mark.usefixtures("postgres_database")


async def edit(module: ModuleType, **fields: object) -> Response:
    """Change the fields of a user who is no admin."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.drop_all)
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add(module.User(name="Ada"))
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        return await client.patch("/me", json=fields)


async def is_admin(module: ModuleType) -> bool:
    """Return what the database says."""
    async with module.sessionmaker() as session:
        stored: bool = (await session.get(module.User, 1)).is_admin
    return stored


async def test_bad_makes_a_user_an_admin_at_his_word(bad: ModuleType) -> None:
    await edit(bad, name="Grace", is_admin=True)
    assert await is_admin(bad)


async def test_good_changes_the_name_alone(good: ModuleType) -> None:
    response = await edit(good, name="Grace", is_admin=True)
    assert response.json() == {"name": "Grace", "is_admin": False}
    assert not await is_admin(good)
