"""Engines, and the creation of tables."""

from typing import Any

from sqlalchemy import Connection, MetaData, event, make_url, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool


def create_engine(url: str, pool_size: int, patience: int | None = 10) -> AsyncEngine:
    """Return an engine with at most `pool_size` connections; it connects at the first query.

    A statement may take `patience` seconds, `None` is any time; SQLite does not count them.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _create_sqlite_engine(url)
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,  # seconds; the default of 30 outlives most clients
        pool_pre_ping=True,  # after a restart of the server: one ping, not one failed request
        pool_recycle=1800,
        hide_parameters=True,  # an error message would carry password hashes into the log
        connect_args={"timeout": 5, "command_timeout": patience},
    )


def _create_sqlite_engine(url: str) -> AsyncEngine:
    """Queue for SQLite's one writer instead of failing with "database is locked"."""
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=30,
        hide_parameters=True,
        connect_args={"timeout": 30},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:
        if connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


async def create_tables(connection: AsyncConnection, metadata: MetaData) -> None:
    """Create what is missing; several workers may do so at once."""
    if connection.dialect.name == "postgresql":
        # CREATE TABLE IF NOT EXISTS still races: two workers collide in pg_type.
        await connection.execute(text("SELECT pg_advisory_xact_lock(727365)"))
    await connection.run_sync(metadata.create_all)
