"""Alembic on the async engine; run it once before the workers start, not in them."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from app.core.config import get_settings
from app.core.db import create_engine
from app.models import Base


def run_migrations(connection: Connection) -> None:
    """Bring the database of this connection to the wanted revision, in one transaction."""
    context.configure(connection, target_metadata=Base.metadata)
    with context.begin_transaction():
        context.run_migrations()


async def main() -> None:
    """Connect, migrate, commit."""
    engine = create_engine(get_settings().database_url.get_secret_value(), pool_size=1)
    async with engine.begin() as connection:
        await connection.run_sync(run_migrations)
    await engine.dispose()


asyncio.run(main())
