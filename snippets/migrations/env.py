"""Alembic on the async engine; run it once before the workers start, not in them."""

import asyncio
import time
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from app.core.config import get_settings
from app.core.db import TABLES_LOCK, create_engine
from app.models import Base

NOT_MIGRATED = """this database has tables, but not from a migration: the service made them.
Delete it (on SQLite: rm app.db), set APP_CREATE_TABLES=false, and migrate again; or, to keep it as
a database that has all migrations: alembic stamp head"""


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


def is_made_by_service(connection: Connection) -> bool:
    """Say whether there are tables of the service, but no migration has run."""
    tables = {*inspect(connection).get_table_names()} & {*Base.metadata.tables}
    heads = MigrationContext.configure(connection).get_current_heads()
    connection.rollback()
    return bool(tables) and not heads


def run_migrations(connection: Connection) -> None:
    """Bring the database of this connection to the wanted revision, a transaction for each."""
    if connection.dialect.name == "postgresql":
        wait_for_others(connection)
        connection.exec_driver_sql("SET lock_timeout = '2s'")  # who waits, blocks all behind it
        connection.commit()
    made_by_service = is_made_by_service(connection)
    context.configure(
        connection,
        target_metadata=Base.metadata,
        transaction_per_migration=True,
        render_item=import_own_types,
    )
    try:
        with context.begin_transaction():
            context.run_migrations()
    except DBAPIError as exc:
        if made_by_service:
            raise CommandError(NOT_MIGRATED) from exc
        raise


async def main() -> None:
    """Connect and migrate, however long it takes."""
    url = get_settings().database_url.get_secret_value()
    engine = create_engine(url, pool_size=1, command_timeout=None)
    try:
        async with engine.connect() as connection:  # Alembic commits
            await connection.run_sync(run_migrations)
    finally:
        await engine.dispose()


asyncio.run(main())
