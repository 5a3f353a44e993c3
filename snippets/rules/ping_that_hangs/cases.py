"""Engines that ping, and what limits how long a ping takes."""

BAD = ['engine = create_async_engine(os.environ["APP_DATABASE_URL"], pool_pre_ping=True)']

FOUND = {
    "the other branch": """
from sqlalchemy.ext.asyncio import create_async_engine
def made(dialect: str, url: str):
    if dialect == "sqlite":
        return None
    else:
        return create_async_engine(url, pool_pre_ping=True)  # !
""",
    "not SQLite": """
from sqlalchemy.ext.asyncio import create_async_engine
def made(dialect: str, url: str):
    if dialect != "sqlite":
        return create_async_engine(url, pool_pre_ping=True)  # !
""",
    "the module under another name": """
import sqlalchemy.ext.asyncio as sa
engine = sa.create_async_engine("postgresql+asyncpg://db/app", pool_pre_ping=True)  # !
""",
    "the function under another name, in a factory": """
from sqlalchemy.ext.asyncio import create_async_engine as make, AsyncEngine
def connect(url: str) -> AsyncEngine:
    return make(url, pool_pre_ping=True)  # !
""",
    "only the connect is limited": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(  # !
    "postgresql+asyncpg://db/app", pool_pre_ping=True, connect_args={"timeout": 5}
)
""",
    "the flag and the arguments in other modules": """
#= config.py
PING = True
ARGS = {"server_settings": {"application_name": "app"}}
#= db.py
import config
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", pool_pre_ping=config.PING, connect_args=config.ARGS)  # !
""",
    "in a method": """
from sqlalchemy.ext.asyncio import create_async_engine
class Database:
    def __init__(self, url: str) -> None:
        self.engine = create_async_engine(url=url, pool_pre_ping=True, connect_args=dict(ssl="require"))  # !
""",
    "a pool that is named": """
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool
engine = create_async_engine(  # !
    "postgresql+asyncpg://db/app", poolclass=AsyncAdaptedQueuePool, pool_pre_ping=True
)
""",
}

LOOK_ALIKES = {
    "the code names drivers of two databases": """
from config import settings
from sqlalchemy import URL
from sqlalchemy.ext.asyncio import create_async_engine
def url():
    return URL.create("mysql+asyncmy" if settings.kind == "mysql" else "postgresql+asyncpg")
engine = create_async_engine(url(), pool_pre_ping=True)
""",
    "drivers of two databases: nobody knows which": """
#= requirements.txt
asyncpg
asyncmy
#= main.py
from config import settings
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(settings.url, pool_pre_ping=True)
""",
    "the branch of SQLite": """
from sqlalchemy.ext.asyncio import create_async_engine
def made(dialect: str, url: str):
    if dialect.lower() == "sqlite":
        return create_async_engine(url, pool_pre_ping=True)
    raise ValueError(dialect)
""",
    "a URL that begins with sqlite": """
from sqlalchemy.ext.asyncio import create_async_engine
def made(url: str):
    if url.startswith("sqlite"):
        engine = create_async_engine(url, pool_pre_ping=True)
        return engine
""",
    "a case of MySQL": """
from sqlalchemy.ext.asyncio import create_async_engine
def made(kind: str, url: str):
    match kind:
        case "mysql":
            return create_async_engine(url, pool_pre_ping=True)
""",
    "a setting says SQLite": """
from sqlalchemy.ext.asyncio import create_async_engine
from config import settings
engine = (
    create_async_engine(settings.url, pool_pre_ping=True) if "sqlite" in settings.url else None
)
""",
    "a flag says SQLite": """
from sqlalchemy.ext.asyncio import create_async_engine
from config import is_sqlite, url
if is_sqlite:
    engine = create_async_engine(url, pool_pre_ping=True)
""",
    "limited": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", pool_pre_ping=True, connect_args={"command_timeout": 10})
""",
    "limited through dict() in another module": """
#= config.py
ARGS = dict(timeout=5, command_timeout=10)
#= db.py
from config import ARGS
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", pool_pre_ping=True, connect_args=ARGS)
""",
    "no ping": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", pool_pre_ping=False)
""",
    "another driver": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+psycopg://db/app", pool_pre_ping=True)
""",
    "SQLite by default": """
import os
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(os.getenv("URL", "sqlite+aiosqlite:///app.db"), pool_pre_ping=True)
""",
    "a synchronous engine": """
from sqlalchemy import create_engine
engine = create_engine("postgresql://db/app", pool_pre_ping=True)
""",
    "options that nobody can read": """
from sqlalchemy.ext.asyncio import create_async_engine
from settings import options
engine = create_async_engine("postgresql+asyncpg://db/app", pool_pre_ping=True, **options)
""",
    "arguments completed later": """
from sqlalchemy.ext.asyncio import create_async_engine
args = {"timeout": 5}
args["command_timeout"] = 10
engine = create_async_engine("postgresql+asyncpg://db/app", pool_pre_ping=True, connect_args=args)
""",
    "a migration": """
#= alembic/env.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", pool_pre_ping=True)
""",
    "no pool: each connection is new, and is not pinged": """
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
engine = create_async_engine(
    "postgresql+asyncpg://db/app", poolclass=NullPool, pool_pre_ping=True
)
""",
}
