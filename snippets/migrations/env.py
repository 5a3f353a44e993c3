"""Alembic on the async engine; run it once before the workers start, not in them."""

import asyncio
import time
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, text

from app.core.config import get_settings
from app.core.db import TABLES_LOCK, create_engine
from app.models import Base


def wait_for_others(connection: Connection) -> None:
    """Take the lock of those who change tables; it ends with the connection.

    `pg_advisory_lock` would wait in a transaction, for which CREATE INDEX CONCURRENTLY waits.
    """
    while not connection.scalar(text(f"SELECT pg_try_advisory_lock({TABLES_LOCK})")):
        connection.rollback()
        time.sleep(0.5)


def import_own_types(kind: str, item: object, autogenerate: AutogenContext) -> Literal[False]:
    """Have a new migration import what it names of the application."""
    if kind == "type" and type(item).__module__.startswith("app."):
        autogenerate.imports.add(f"import {type(item).__module__}")
    return False


def run_migrations(connection: Connection) -> None:
    """Bring the database of this connection to the wanted revision, a transaction for each."""
    if connection.dialect.name == "postgresql":
        wait_for_others(connection)
        connection.exec_driver_sql("SET lock_timeout = '2s'")  # who waits, blocks all behind it
        connection.commit()
    context.configure(
        connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        render_item=import_own_types,
    )
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    """Connect and migrate, however long it takes."""
    url = get_settings().database_url.get_secret_value()
    engine = create_engine(url, pool_size=1, command_timeout=None)
    async with engine.connect() as connection:  # Alembic commits
        await connection.run_sync(run_migrations)
    await engine.dispose()


asyncio.run(main())
