"""Proof of delete-fails-for-parent."""

from types import ModuleType

import httpx
import pytest

pytestmark = pytest.mark.usefixtures("postgres_database")


async def status_of_delete(module: ModuleType, *made: str) -> int:
    """Return what the DELETE of a user answers who has made these first."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.drop_all)
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add(module.User(name="Ada"))
    transport = httpx.ASGITransport(module.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for kind in made:
            assert (await client.post(f"/users/Ada/{kind}")).status_code == 201
        return (await client.delete("/users/Ada")).status_code


async def test_bad_sets_the_key_to_null_which_it_cannot_be(bad: ModuleType) -> None:
    assert await status_of_delete(bad) == 204
    assert await status_of_delete(bad, "orders") == 500


async def test_bad_is_refused_by_the_database_without_a_relationship(bad: ModuleType) -> None:
    assert await status_of_delete(bad, "reviews") == 500


async def test_good_lets_the_database_delete_them(good: ModuleType) -> None:
    assert await status_of_delete(good, "orders", "reviews") == 204
