"""MariaDB: its engine, its tables, and which of its errors pass."""

from sqlalchemy import Connection, DateTime, MetaData, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.ext.compiler import compiles

COLLATION = "utf8mb4_nopad_bin"  # text is equal if its characters are, as on PostgreSQL
_SESSION = (
    "SET SESSION sql_mode = 'TRADITIONAL', "  # whatever the server's is: refuse, never truncate
    "innodb_lock_wait_timeout = 5, lock_wait_timeout = 5, max_statement_time = {}"  # seconds
)
# Too many connections, shutting down, lock wait timeout, deadlock, max_statement_time, refused.
_PASSING = {1040, 1053, 1205, 1213, 1969, 2003}


@compiles(DateTime, "mariadb")
def compile_datetime(_type: DateTime, _compiler: object, **_options: object) -> str:
    """Keep microseconds, which DATETIME cuts off, in models and migrations alike."""
    return "DATETIME(6)"


def create_mariadb_engine(url: str, pool_size: int, command_timeout: int | None) -> AsyncEngine:
    """Return an engine; a statement may take `command_timeout` seconds, `None` is any time.

    Its first connection raises `ValueError` where the collation is not `COLLATION`.
    """
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=10,
        pool_pre_ping=True,
        pool_recycle=1800,  # must be less than the server's wait_timeout
        hide_parameters=True,
        isolation_level="READ COMMITTED",  # as PostgreSQL; the default shows old rows
        connect_args={
            "connect_timeout": 5,
            # The server ends a statement in time, but not if it hangs itself.
            "read_timeout": command_timeout and command_timeout + 2,
            "init_command": _SESSION.format(command_timeout or 0),
        },
    )

    @event.listens_for(engine.sync_engine, "first_connect")
    def on_first_connect(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute("SELECT @@collation_database")
        [(found,)] = cursor.fetchall()
        cursor.close()
        if found != COLLATION:
            raise ValueError(f"the database must have COLLATE {COLLATION}, not {found}")

    return engine


def lock_of(connection: Connection) -> dict[str, str]:
    """Name the lock of those who create or migrate tables; locks are the server's."""
    return {"name": f"{connection.engine.url.database}.tables"}


def wait_for_lock(connection: Connection) -> None:
    """Wait for others who create or migrate tables; the lock ends with the connection."""
    while connection.scalar(text("SELECT GET_LOCK(:name, 8)"), lock_of(connection)) != 1:
        pass


async def create_mariadb_tables(connection: AsyncConnection, metadata: MetaData) -> None:
    """Create what is missing, one worker at a time; raise `TimeoutError` if it is never this one's.

    The lock is the session's: one of the transaction ends with the first CREATE, which commits.
    """
    lock = await connection.run_sync(lock_of)
    if await connection.scalar(text("SELECT GET_LOCK(:name, 8)"), lock) != 1:
        raise TimeoutError("another worker creates the tables")
    try:
        await connection.run_sync(metadata.create_all)
    finally:
        await connection.execute(text("DO RELEASE_LOCK(:name)"), lock)


def is_passing(error: DBAPIError) -> bool:
    """Say whether the same request may succeed later."""
    codes = error.orig.args[:1] if error.orig else ()
    return not _PASSING.isdisjoint(codes)
