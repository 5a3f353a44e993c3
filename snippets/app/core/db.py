"""Engines, the creation of tables, and which errors of the database pass."""

from typing import Any

from asyncpg import PostgresError
from sqlalchemy import Connection, Dialect, ExceptionContext, MetaData, event, exc, make_url, text
from sqlalchemy.ext.asyncio import (
    AsyncConnection,
    AsyncEngine,
    AsyncSession,
    async_sessionmaker,
    create_async_engine,
)
from sqlalchemy.pool import AsyncAdaptedQueuePool

TABLES_LOCK = 727_365  # of those who create or migrate tables; any number of your own
READ_ONLY = "25006"
# Beginnings of SQLSTATE: the connection failed, another transaction was in the way, nothing is left
# of something, the server stops, starts or cancels, a lock is held, the server is a standby now.
UNAVAILABLE_SQLSTATES = ("08", "40", "53", "57", "55P03", READ_ONLY)
# PostgresError: what PostgreSQL says to a new connection; SQLAlchemy 2.1 wraps it.
_UNREACHABLE = (ConnectionError, TimeoutError, exc.TimeoutError, PostgresError)
ERRORS = (exc.DBAPIError, *_UNREACHABLE)


def create_engine(url: str, pool_size: int, command_timeout: int | None = 10) -> AsyncEngine:
    """Return an engine with at most `pool_size` connections; it connects at the first query.

    A statement may take `command_timeout` seconds, `None` is any time; SQLite does not count them.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return _create_sqlite_engine(url)
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,  # seconds; the default of 30 outlives most clients
        pool_pre_ping=True,  # after a restart of the server: one ping, not one failed request
        pool_recycle=1800,
        hide_parameters=True,  # an error message would carry password hashes into the log
        connect_args={"timeout": 5, "command_timeout": command_timeout},
    )
    event.listen(engine.sync_engine, "do_connect", connect)
    event.listen(engine.sync_engine, "handle_error", leave_read_only_server)
    return engine


def connect(
    dialect: Dialect, _record: object, arguments: list[Any], options: dict[str, Any]
) -> Any:
    """Connect; make whatever is in the way a `ConnectionError`.

    A name that DNS has not, no route, two addresses that both refuse: each is a plain `OSError`.
    """
    try:
        return dialect.connect(*arguments, **options)
    except OSError as error:
        raise ConnectionError(str(error)) from error


def leave_read_only_server(context: ExceptionContext) -> None:
    """Drop the pool's connections after a failover: its old server answers pings, and no writes."""
    if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
        context.is_disconnect = True


def _create_sqlite_engine(url: str) -> AsyncEngine:
    """Queue for SQLite's one writer: the driver alone would lose updates, and tell nobody."""
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


def create_sessionmaker(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Return what makes the sessions of a process, of the web or of jobs."""
    return async_sessionmaker(engine, expire_on_commit=False)


async def create_tables(connection: AsyncConnection, metadata: MetaData) -> None:
    """Create what is missing; several workers may do so at once."""
    if connection.dialect.name == "postgresql":
        # CREATE TABLE IF NOT EXISTS still races: two workers collide in pg_type.
        await connection.execute(text(f"SELECT pg_advisory_xact_lock({TABLES_LOCK})"))
    await connection.run_sync(metadata.create_all)


def is_unavailable(error: Exception) -> bool:
    """Say whether the same request may succeed later."""
    if not isinstance(error, exc.DBAPIError):
        return isinstance(error, _UNREACHABLE)
    said = repr(error.orig and error.orig.__cause__)
    # After a migration changed a table or replaced a type: the connection prepares anew.
    outdated = "InvalidCachedStatementError" in said or "cache lookup failed for type" in said
    state: str = getattr(error.orig, "sqlstate", None) or ""
    return outdated or error.connection_invalidated or state.startswith(UNAVAILABLE_SQLSTATES)


def is_our_fault(error: exc.IntegrityError) -> bool:
    """Say whether PostgreSQL refused a new row for what is no fault of the client.

    A CHECK; or its id is taken: a sequence is behind its table, as after rows were copied into it.
    """
    name: str = getattr(error.orig and error.orig.__cause__, "constraint_name", None) or ""
    return bool(name) and not name.startswith(("fk_", "uq_"))
