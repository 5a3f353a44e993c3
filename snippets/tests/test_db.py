"""The engine, the creation of tables, and the commit point."""

import asyncio
from errno import EHOSTUNREACH
from socket import gaierror
from unittest.mock import AsyncMock

import pytest
from httpx import AsyncClient
from sqlalchemy import Column, Enum, MetaData, Table, insert, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from app.api.deps import get_sessionmaker
from app.core.db import create_engine, create_tables, is_unavailable
from app.main import app
from app.models import Base
from clients import ADA


class FailingSession(AsyncSession):
    """A session whose commit fails, as on a deferred constraint or a lost connection."""

    async def commit(self) -> None:
        """Fail."""
        raise RuntimeError("the commit failed")


async def test_the_answer_waits_for_the_commit(
    client: AsyncClient, connection: AsyncConnection
) -> None:
    maker = async_sessionmaker(
        connection, class_=FailingSession, join_transaction_mode="create_savepoint"
    )
    app.dependency_overrides[get_sessionmaker] = lambda: maker
    assert (await client.post("/api/v1/users", json=ADA)).status_code == 500


async def test_a_request_that_fails_leaves_nothing_behind(
    client: AsyncClient, session: AsyncSession
) -> None:
    await client.post("/api/v1/users", json=ADA)
    await client.post("/api/v1/users", json=ADA)
    assert await session.scalar(text("SELECT count(*) FROM users")) == 1


async def test_an_error_of_the_database_does_not_show_parameters(own_database_url: str) -> None:
    engine = create_engine(own_database_url, 1)
    async with engine.connect() as connection:
        with pytest.raises(DBAPIError) as caught:
            await connection.execute(text("SELECT * FROM nowhere WHERE a = :a"), {"a": "hunter2"})
    await engine.dispose()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    "error",
    [
        gaierror(-2, "Name or service not known"),
        OSError(EHOSTUNREACH, "No route to host"),
        OSError("Multiple exceptions: Connect call failed ('::1', 5432), ('127.0.0.1', 5432)"),
        ConnectionRefusedError(),
        TimeoutError(),
    ],
)
async def test_whatever_keeps_a_connection_from_being_made_may_pass(
    monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    monkeypatch.setattr("asyncpg.connect", AsyncMock(side_effect=error))
    engine = create_engine("postgresql+asyncpg://user@nowhere.invalid/shop", 1)
    with pytest.raises(ConnectionError) as caught:
        async with engine.connect():
            pass
    assert is_unavailable(caught.value)


REPLACE_TYPE = """
ALTER TYPE mood RENAME TO old_mood; CREATE TYPE mood AS ENUM ('good', 'bad');
ALTER TABLE moods ALTER mood TYPE mood USING mood::text::mood; DROP TYPE old_mood
"""


async def test_a_type_that_a_migration_replaced_costs_each_connection_one_statement(
    own_postgres_url: str,
) -> None:
    """So enums lose a value; the driver's prepared statements have the number of the old one."""
    moods = Table("moods", MetaData(), Column("mood", Enum("good", "bad", "ugly", name="mood")))
    engine = create_engine(own_postgres_url, 1)

    async def write() -> None:
        async with engine.begin() as connection:
            await connection.execute(insert(moods).values(mood="good"))

    async with engine.begin() as connection:
        await connection.run_sync(moods.create)
    await write()
    migrating = create_engine(own_postgres_url, 1)
    async with migrating.begin() as connection:
        for statement in REPLACE_TYPE.split(";"):
            await connection.execute(text(statement))
    await migrating.dispose()
    with pytest.raises(DBAPIError) as caught:
        await write()
    assert is_unavailable(caught.value)
    await write()
    await engine.dispose()


async def test_tables_are_created_by_many_at_once(own_database_url: str) -> None:
    async def create() -> None:
        engine = create_engine(own_database_url, 1)
        async with engine.begin() as connection:
            await create_tables(connection, Base.metadata)
        await engine.dispose()

    await asyncio.gather(*(create() for _ in range(10)))
