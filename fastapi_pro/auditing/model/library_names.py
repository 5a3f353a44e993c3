"""One name for each library object that is exported under several names."""

import functools

LIBRARIES = frozenset({
    "fastapi", "starlette", "sqlalchemy", "sqlmodel", "pydantic", "pydantic_settings", "uvicorn",
    "gunicorn", "jose", "jwt", "passlib", "bcrypt", "pwdlib", "argon2", "asyncpg", "httpx",
    "aiohttp", "requests", "redis", "prometheus_client", "prometheus_fastapi_instrumentator",
})  # fmt: skip
"""The packages that detectors know by name, which are therefore not modules of a project."""

_MOVED = (
    ("fitz.", "pymupdf."),
    ("fastapi.applications.", "fastapi."),
    ("fastapi.routing.APIRouter", "fastapi.APIRouter"),
    ("fastapi.param_functions.", "fastapi."),
    ("fastapi.params.", "fastapi."),
    ("fastapi.datastructures.UploadFile", "fastapi.UploadFile"),
    ("fastapi.background.", "fastapi."),
    ("starlette.background.BackgroundTasks", "fastapi.BackgroundTasks"),
    ("fastapi.requests.", "fastapi."),
    ("starlette.requests.Request", "fastapi.Request"),
    ("starlette.websockets.WebSocket", "fastapi.WebSocket"),
    ("fastapi.websockets.WebSocket", "fastapi.WebSocket"),
    ("fastapi.exceptions.HTTPException", "fastapi.HTTPException"),
    ("starlette.exceptions.HTTPException", "fastapi.HTTPException"),
    ("fastapi.Response", "fastapi.responses.Response"),
    ("starlette.responses.", "fastapi.responses."),
    ("starlette.middleware.", "fastapi.middleware."),
    ("starlette.testclient.", "fastapi.testclient."),
    ("starlette.concurrency.", "fastapi.concurrency."),
    ("starlette.status.", "fastapi.status."),
    ("starlette.applications.", "starlette."),
    ("fastapi.security.oauth2.", "fastapi.security."),
    ("fastapi.security.http.", "fastapi.security."),
    ("sqlalchemy.ext.asyncio.session.", "sqlalchemy.ext.asyncio."),
    ("sqlalchemy.ext.asyncio.engine.", "sqlalchemy.ext.asyncio."),
    ("sqlmodel.ext.asyncio.session.", "sqlalchemy.ext.asyncio."),
    ("sqlmodel.SQLModel", "sqlmodel.SQLModel"),
    ("sqlmodel.main.SQLModel", "sqlmodel.SQLModel"),
    ("sqlmodel.Field", "sqlmodel.Field"),
    ("sqlmodel.Relationship", "sqlmodel.Relationship"),
    ("sqlmodel.orm.session.", "sqlalchemy.orm."),
    ("sqlmodel.Session", "sqlalchemy.orm.Session"),
    ("sqlmodel.", "sqlalchemy."),
    ("sqlalchemy.orm.session.", "sqlalchemy.orm."),
    ("sqlalchemy.orm.decl_api.", "sqlalchemy.orm."),
    ("sqlalchemy.ext.declarative.", "sqlalchemy.orm."),
    ("sqlalchemy.future.", "sqlalchemy."),
    ("sqlalchemy.sql.expression.", "sqlalchemy."),
    ("sqlalchemy.sql.schema.", "sqlalchemy."),
    ("sqlalchemy.sql.sqltypes.", "sqlalchemy."),
    ("sqlalchemy.sql.", "sqlalchemy."),
    ("sqlalchemy.engine.", "sqlalchemy."),
    ("sqlalchemy.schema.", "sqlalchemy."),
    ("sqlalchemy.types.", "sqlalchemy."),
    ("sqlalchemy.orm.relationships.", "sqlalchemy.orm."),
    ("sqlalchemy.orm.strategy_options.", "sqlalchemy.orm."),
    ("pydantic.main.", "pydantic."),
    ("pydantic.fields.", "pydantic."),
    ("pydantic.types.", "pydantic."),
    ("pydantic.networks.", "pydantic."),
    ("pydantic.config.", "pydantic."),
    ("pydantic.functional_validators.", "pydantic."),
    ("pydantic_settings.main.", "pydantic_settings."),
    ("pydantic_settings.sources.", "pydantic_settings."),
    ("jose.jwt.", "jose.jwt."),
    ("jwt.api_jwt.", "jwt."),
    ("aiohttp.client.", "aiohttp."),
    ("requests.sessions.", "requests."),
    ("celery.app.task.Task", "celery.Task"),
    ("fastapi_users.manager.", "fastapi_users."),
    ("psycopg2.connection", "psycopg2.extensions.connection"),
    ("pymongo.mongo_client.", "pymongo."),
    ("redis.asyncio.client.Redis", "redis.asyncio.Redis"),
    ("redis.client.Redis", "redis.Redis"),
    ("uvicorn.main.", "uvicorn."),
    ("uvicorn.config.", "uvicorn."),
    ("uvicorn.server.", "uvicorn."),
    ("typing_extensions.", "typing."),
    ("typing.List", "builtins.list"),
    ("typing.Dict", "builtins.dict"),
    ("typing.Set", "builtins.set"),
    ("typing.Tuple", "builtins.tuple"),
    ("typing.Type", "builtins.type"),
    ("typing.FrozenSet", "builtins.frozenset"),
)
_ABC = (
    "AsyncIterator AsyncIterable AsyncGenerator Iterator Iterable Generator Sequence Collection "
    "Awaitable Coroutine Callable Mapping MutableMapping MutableSequence Set"
)
_ABSTRACT = {f"typing.{name}": f"collections.abc.{name}" for name in _ABC.split()}


@functools.cache
def canonical(name: str) -> str:
    """Return the name by which detectors know the object that `name` names."""
    for _ in range(3):
        moved = _ABSTRACT.get(name) or _moved(name)
        if moved == name:
            break
        name = moved
    return name


def _moved(name: str) -> str:
    for old, new in _moves().get(name.partition(".")[0], ()):
        if old.endswith("."):
            if name.startswith(old):
                return new + name[len(old) :]
        elif name == old or name.startswith(f"{old}."):
            return new + name[len(old) :]
    return name


@functools.cache
def _moves() -> dict[str, list[tuple[str, str]]]:
    """Return the lines of the table by the package of the old name."""
    found: dict[str, list[tuple[str, str]]] = {}
    for old, new in _MOVED:
        found.setdefault(old.partition(".")[0], []).append((old, new))
    return found
