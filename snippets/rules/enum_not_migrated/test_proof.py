"""Proof of enum-not-migrated."""

from types import ModuleType

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from httpx import ASGITransport, AsyncClient
from sqlalchemy import Connection, text

from tests.support.outcomes import outcome

pytestmark = pytest.mark.usefixtures("postgres_database")


async def outcome_of_a_new_member(module: ModuleType) -> int | str:
    """Store the new member in tables of the release before; Alembic finds them up to date."""

    def what_alembic_would_do(connection: Connection) -> object:
        return compare_metadata(MigrationContext.configure(connection), module.Base.metadata)

    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        # the release before made the type without it
        await connection.execute(text("DELETE FROM pg_enum WHERE enumlabel = 'CANCELLED'"))
        assert await connection.run_sync(what_alembic_would_do) == []
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        return await outcome(client.post("/cancelled-orders"))


async def test_bad_refuses_it(bad: ModuleType) -> None:
    message = 'invalid input value for enum status: "CANCELLED"'
    assert message in str(await outcome_of_a_new_member(bad))


async def test_good_stores_it(good: ModuleType) -> None:
    assert await outcome_of_a_new_member(good) == 204
