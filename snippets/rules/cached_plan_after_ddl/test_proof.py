"""Proof of cached-plan-after-ddl."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

pytestmark = pytest.mark.usefixtures("postgres_database")


async def statuses_around_a_migration(module: ModuleType, url: str) -> list[int]:
    """Return the status of a request before a migration, and of two after it."""
    migration = create_async_engine(url)
    async with migration.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    transport = ASGITransport(module.app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        statuses = [(await client.get("/names")).status_code]
        async with migration.begin() as connection:
            await connection.execute(text("ALTER TABLE users ALTER COLUMN name TYPE text"))
        await migration.dispose()
        statuses += [(await client.get("/names")).status_code for _ in range(2)]
    return statuses


async def test_bad_fails_once_for_each_connection(bad: ModuleType, postgres_database: str) -> None:
    assert await statuses_around_a_migration(bad, postgres_database) == [200, 500, 200]


async def test_good_sees_the_new_type(good: ModuleType, postgres_database: str) -> None:
    assert await statuses_around_a_migration(good, postgres_database) == [200, 200, 200]
