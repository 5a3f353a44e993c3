"""Proof of enum-not-migrated."""

from types import ModuleType

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from httpx import ASGITransport, AsyncClient
from sqlalchemy import Connection, text

pytestmark = pytest.mark.usefixtures("postgres_database")


async def status_of_a_new_member(module: ModuleType) -> int:
    """Store the new member in tables of the release before; Alembic finds them up to date."""

    def what_alembic_would_do(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), module.Base.metadata)

    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        # the release before made the type without it
        await connection.execute(text("DELETE FROM pg_enum WHERE enumlabel = 'CANCELLED'"))
        assert await connection.run_sync(what_alembic_would_do) == []
    transport = ASGITransport(module.app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        return (await client.post("/cancelled-orders")).status_code


async def test_bad_refuses_it(bad: ModuleType) -> None:
    assert await status_of_a_new_member(bad) == 500


async def test_good_stores_it(good: ModuleType) -> None:
    assert await status_of_a_new_member(good) == 204
