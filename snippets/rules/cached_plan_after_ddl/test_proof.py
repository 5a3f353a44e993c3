"""Proof of cached-plan-after-ddl."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.outcomes import outcome

pytestmark = pytest.mark.usefixtures("postgres_database")


async def outcomes_around_a_migration(module: ModuleType, url: str) -> list[int | str]:
    """Return the status, or the error, of a request before a migration, and of two after it."""
    migration = create_async_engine(url)
    async with migration.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        outcomes = [await outcome(client.get("/names"))]
        async with migration.begin() as connection:
            await connection.execute(text("ALTER TABLE users ALTER COLUMN name TYPE text"))
        await migration.dispose()
        outcomes += [await outcome(client.get("/names")) for _ in range(2)]
    return outcomes


async def test_bad_fails_once_for_each_connection(bad: ModuleType, postgres_database: str) -> None:
    before, error, after = await outcomes_around_a_migration(bad, postgres_database)
    assert (before, after) == (200, 200)
    message = "cached statement plan is invalid due to a database schema or configuration change"
    assert message in str(error)


async def test_good_sees_the_new_type(good: ModuleType, postgres_database: str) -> None:
    assert await outcomes_around_a_migration(good, postgres_database) == [200, 200, 200]
