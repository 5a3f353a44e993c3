"""Alembic on the async engine; run it once before the workers start, not in them."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from app.core.config import get_settings
from app.core.db import create_engine
from app.models import Base


def run_migrations(connection: Connection) -> None:
    """Bring the database of this connection to the wanted revision, a transaction for each."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET lock_timeout = '2s'")  # who waits, blocks all behind it
        connection.commit()
    context.configure(connection, target_metadata=Base.metadata, transaction_per_migration=True)
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
