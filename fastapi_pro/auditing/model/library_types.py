"""Types of the libraries, and the types that their functions return."""

ASYNC_SESSION = "sqlalchemy.ext.asyncio.AsyncSession"
SESSION = "sqlalchemy.orm.Session"
ASYNC_ENGINE = "sqlalchemy.ext.asyncio.AsyncEngine"
ENGINE = "sqlalchemy.Engine"
ASYNC_CONNECTION = "sqlalchemy.ext.asyncio.AsyncConnection"
CONNECTION = "sqlalchemy.Connection"
ASYNC_MAKER = "sqlalchemy.ext.asyncio.async_sessionmaker"
MAKER = "sqlalchemy.orm.sessionmaker"
SCOPED = "sqlalchemy.orm.scoped_session"
QUERY = "sqlalchemy.orm.Query"
CURSOR = "pymongo.cursor.Cursor"
ASYNC_SCOPED = "sqlalchemy.ext.asyncio.async_scoped_session"
ASYNCPG_POOL = "asyncpg.Pool"
ASYNCPG = "asyncpg.Connection"
COROUTINES = {
    "close", "commit", "connection", "delete", "exec", "execute", "flush", "get", "get_one",
    "merge", "refresh", "rollback", "run_sync", "scalar", "scalars", "stream", "stream_scalars",
}  # fmt: skip
"""The methods of AsyncSession that are coroutines."""
RETURNS = {
    "sqlalchemy.ext.asyncio.create_async_engine": ASYNC_ENGINE,
    "sqlalchemy.ext.asyncio.async_engine_from_config": ASYNC_ENGINE,
    "sqlalchemy.create_engine": ENGINE,
    "sqlalchemy.engine_from_config": ENGINE,
    ASYNC_MAKER: ASYNC_MAKER,
    SCOPED: SCOPED,
    ASYNC_SCOPED: ASYNC_SESSION,
    "asyncpg.connect": ASYNCPG,
    "asyncpg.create_pool": ASYNCPG_POOL,
    "docker.from_env": "docker.DockerClient",
    "redis.from_url": "redis.Redis",
    "redis.asyncio.from_url": "redis.asyncio.Redis",
    "redis.Redis.from_url": "redis.Redis",
    "redis.asyncio.Redis.from_url": "redis.asyncio.Redis",
    "pwdlib.PasswordHash.recommended": "pwdlib.PasswordHash",
    "requests.session": "requests.Session",
    "boto3.client": "boto3.client",
    "boto3.resource": "boto3.resource",
    "psycopg2.connect": "psycopg2.extensions.connection",
    "psycopg.connect": "psycopg.Connection",
    "pymysql.connect": "pymysql.connections.Connection",
    "sqlite3.connect": "sqlite3.Connection",
    "PIL.Image.new": "PIL.Image.Image",
    "PIL.Image.open": "PIL.Image.Image",
    "openpyxl.load_workbook": "openpyxl.Workbook",
    "pandas.read_csv": "pandas.DataFrame",
    "pandas.read_excel": "pandas.DataFrame",
    "pathlib.Path.cwd": "pathlib.Path",
    "pathlib.Path.home": "pathlib.Path",
    "polars.read_csv": "polars.DataFrame",
    "polars.scan_csv": "polars.LazyFrame",
    "polars.scan_parquet": "polars.LazyFrame",
    "pymupdf.open": "pymupdf.Document",
    "tarfile.open": "tarfile.TarFile",
    "transformers.pipeline": "transformers.Pipeline",
}
"""The class that a function returns, if the function's name does not say it."""

_CHAINS = {
    CURSOR: "allow_disk_use batch_size clone collation comment hint limit max max_time_ms min"
    " rewind skip sort where",
    QUERY: "add_columns add_entity distinct enable_eagerloads except_ execution_options filter"
    " filter_by group_by having intersect join limit offset options order_by outerjoin params"
    " populate_existing select_from slice tuples union union_all where with_entities"
    " with_for_update yield_per",
}
"""The methods that return a query like the one that they are called on."""

METHODS = (
    {
        (ASYNC_ENGINE, "connect"): ASYNC_CONNECTION,
        (ASYNC_ENGINE, "begin"): ASYNC_CONNECTION,
        (ENGINE, "connect"): CONNECTION,
        (ENGINE, "begin"): CONNECTION,
        (ASYNC_MAKER, "begin"): ASYNC_SESSION,
        (MAKER, "begin"): SESSION,
        (ASYNC_MAKER, "__call__"): ASYNC_SESSION,
        (MAKER, "__call__"): SESSION,
        (ASYNCPG_POOL, "acquire"): ASYNCPG,
        (SCOPED, "__call__"): SESSION,
        (SCOPED, "query"): QUERY,
        (SESSION, "query"): QUERY,
        (
            "fastapi.security.HTTPBearer",
            "__call__",
        ): "fastapi.security.HTTPAuthorizationCredentials",
        ("fastapi.security.HTTPBasic", "__call__"): "fastapi.security.HTTPBasicCredentials",
        ("celery.Task", "apply_async"): "celery.result.AsyncResult",
        ("celery.Task", "delay"): "celery.result.AsyncResult",
        ("google.cloud.storage.Bucket", "blob"): "google.cloud.storage.Blob",
        ("google.cloud.storage.Client", "bucket"): "google.cloud.storage.Bucket",
        ("google.cloud.storage.Client", "get_bucket"): "google.cloud.storage.Bucket",
        ("pathlib.Path", "__truediv__"): "pathlib.Path",
        ("pathlib.Path", "joinpath"): "pathlib.Path",
        ("pathlib.Path", "resolve"): "pathlib.Path",
        ("pymongo.collection.Collection", "find"): CURSOR,
        ("pika.BlockingConnection", "channel"): "pika.adapters.blocking_connection.BlockingChannel",
        ("polars.LazyFrame", "filter"): "polars.LazyFrame",
        ("polars.LazyFrame", "select"): "polars.LazyFrame",
        ("psycopg.Connection", "cursor"): "psycopg.Cursor",
        ("psycopg2.extensions.connection", "cursor"): "psycopg2.extensions.cursor",
        ("pymysql.connections.Connection", "cursor"): "pymysql.cursors.Cursor",
        ("pymupdf.Document", "load_page"): "pymupdf.Page",
        ("pymupdf.Document", "new_page"): "pymupdf.Page",
        ("pymupdf.Page", "get_pixmap"): "pymupdf.Pixmap",
        ("sqlite3.Connection", "cursor"): "sqlite3.Cursor",
    }
    | {
        ("PIL.Image.Image", method): "PIL.Image.Image"
        for method in ("convert", "copy", "crop", "filter", "resize", "rotate", "transpose")
    }
    | {(kind, method): kind for kind, methods in _CHAINS.items() for method in methods.split()}
)
"""The class that a method returns."""

ATTRIBUTES = {
    ("dramatiq.brokers.redis.RedisBroker", "client"): "redis.Redis",
    ("fastapi_users.BaseUserManager", "password_helper"): "fastapi_users.password.PasswordHelper",
    ("pathlib.Path", "parent"): "pathlib.Path",
}
"""The class of an attribute."""

ITERATED = {
    f"collections.abc.{name}"
    for name in ("AsyncIterator", "AsyncIterable", "AsyncGenerator", "Iterator", "Iterable",
                 "Generator", "Awaitable")
} | {"contextlib.AbstractAsyncContextManager", "contextlib.AbstractContextManager",
     "typing.AsyncContextManager", "typing.ContextManager"}  # fmt: skip

MANAGERS = {"contextlib.asynccontextmanager", "contextlib.contextmanager"}

TRANSPARENT = {
    "typing.Annotated", "typing.Optional", "typing.Union", "typing.Final", "typing.ClassVar",
    "sqlalchemy.orm.Mapped", "dishka.FromDishka", "dishka.integrations.fastapi.FromDishka",
    "fastapi_injector.Injected",
}  # fmt: skip
