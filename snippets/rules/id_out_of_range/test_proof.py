"""Proof of id-out-of-range."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.exc import DBAPIError


async def status_of(module: ModuleType, user_id: int) -> int:
    """Ask for a user of an empty table; raise what the endpoint raises."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        return (await client.get(f"/users/{user_id}")).status_code


@pytest.mark.usefixtures("postgres_database")
@pytest.mark.parametrize("user_id", [2**31, -(2**31) - 1, 10**30])
async def test_bad_fails_on_postgresql_for_an_id_that_its_column_cannot_hold(
    bad: ModuleType, user_id: int
) -> None:
    with pytest.raises(DBAPIError, match=rf"{user_id} \(value out of int32 range\)"):
        await status_of(bad, user_id)


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_passes_on_sqlite_until_the_id_exceeds_63_bits(bad: ModuleType) -> None:
    assert await status_of(bad, 2**31) == 404
    with pytest.raises(OverflowError, match="Python int too large to convert to SQLite INTEGER"):
        await status_of(bad, 2**63)


@pytest.mark.usefixtures("postgres_database")
async def test_good_answers_422_for_what_no_id_can_be(good: ModuleType) -> None:
    assert [await status_of(good, user_id) for user_id in (2**31, 10**30, 0)] == [422, 422, 422]
    assert [await status_of(good, user_id) for user_id in (1, 2**31 - 1)] == [404, 404]
