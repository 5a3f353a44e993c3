"""Types of the libraries, and what their functions return."""

ASYNC_SESSION = "sqlalchemy.ext.asyncio.AsyncSession"
SESSION = "sqlalchemy.orm.Session"
ASYNC_ENGINE = "sqlalchemy.ext.asyncio.AsyncEngine"
ENGINE = "sqlalchemy.Engine"
ASYNC_CONNECTION = "sqlalchemy.ext.asyncio.AsyncConnection"
CONNECTION = "sqlalchemy.Connection"
ASYNC_MAKER = "sqlalchemy.ext.asyncio.async_sessionmaker"
MAKER = "sqlalchemy.orm.sessionmaker"
SCOPED = "sqlalchemy.orm.scoped_session"
ASYNC_SCOPED = "sqlalchemy.ext.asyncio.async_scoped_session"
RETURNS = {
    "sqlalchemy.ext.asyncio.create_async_engine": ASYNC_ENGINE,
    "sqlalchemy.ext.asyncio.async_engine_from_config": ASYNC_ENGINE,
    "sqlalchemy.create_engine": ENGINE,
    "sqlalchemy.engine_from_config": ENGINE,
    ASYNC_MAKER: ASYNC_MAKER,
    SCOPED: SCOPED,
    ASYNC_SCOPED: ASYNC_SESSION,
    "redis.from_url": "redis.Redis",
    "redis.asyncio.from_url": "redis.asyncio.Redis",
    "redis.Redis.from_url": "redis.Redis",
    "redis.asyncio.Redis.from_url": "redis.asyncio.Redis",
    "pwdlib.PasswordHash.recommended": "pwdlib.PasswordHash",
    "requests.session": "requests.Session",
    "boto3.client": "boto3.client",
    "boto3.resource": "boto3.resource",
    "psycopg2.connect": "psycopg2.connection",
    "psycopg.connect": "psycopg.Connection",
    "sqlite3.connect": "sqlite3.Connection",
}

METHODS = {
    (ASYNC_ENGINE, "connect"): ASYNC_CONNECTION,
    (ASYNC_ENGINE, "begin"): ASYNC_CONNECTION,
    (ENGINE, "connect"): CONNECTION,
    (ENGINE, "begin"): CONNECTION,
    (ASYNC_MAKER, "begin"): ASYNC_SESSION,
    (MAKER, "begin"): SESSION,
    (ASYNC_MAKER, "__call__"): ASYNC_SESSION,
    (MAKER, "__call__"): SESSION,
    (SCOPED, "__call__"): SESSION,
}

ITERATED = {
    f"collections.abc.{name}"
    for name in ("AsyncIterator", "AsyncIterable", "AsyncGenerator", "Iterator", "Iterable",
                 "Generator", "Awaitable")
} | {"contextlib.AbstractAsyncContextManager", "contextlib.AbstractContextManager",
     "typing.AsyncContextManager", "typing.ContextManager"}  # fmt: skip

MANAGERS = {"contextlib.asynccontextmanager", "contextlib.contextmanager"}

TRANSPARENT = {
    "typing.Annotated", "typing.Optional", "typing.Union", "typing.Final", "typing.ClassVar",
    "sqlalchemy.orm.Mapped",
}  # fmt: skip
