"""Engines before PgBouncer, and what they switch off."""

BAD = ["engine = create_async_engine(PGBOUNCER_URL)"]

FOUND = {
    "a URL that is made one of the pooler": """
from sqlalchemy.ext.asyncio import create_async_engine
from settings import settings
URL = str(settings.url)
POOLED = URL.replace("5432", "6432")
engine = create_async_engine(POOLED, connect_args={"statement_cache_size": 0})  # !
""",
    "asyncpg's cache alone": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", connect_args={"statement_cache_size": 0})  # !
""",
    "the arguments under a name": """
import sqlalchemy.ext.asyncio as sa
ARGS = dict(statement_cache_size=0)
engine = sa.create_async_engine("postgresql+asyncpg://db/app", connect_args=ARGS)  # !
""",
    "the port": """
from sqlalchemy.ext.asyncio import create_async_engine as make
engine = make("postgresql+asyncpg://db:6432/app")  # !
""",
    "the host, in another module": """
#= config.py
DATABASE_URL = "postgresql+asyncpg://app@pgbouncer/app"
#= db.py
from config import DATABASE_URL as URL
from sqlalchemy.ext.asyncio import create_async_engine
def make():
    return create_async_engine(URL, pool_size=5, pool_timeout=1)  # !
""",
    "the variable of the environment": """
import os
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(os.environ["PGBOUNCER_URL"])  # !
""",
    "a setting": """
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine
class Settings(BaseSettings):
    pgbouncer_dsn: str = "postgresql+asyncpg://db/app"
settings = Settings()
engine = create_async_engine(settings.pgbouncer_dsn)  # !
""",
}

LOOK_ALIKES = {
    "both caches off": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(
    "postgresql+asyncpg://pgbouncer:6432/app",
    connect_args={"statement_cache_size": 0, "prepared_statement_cache_size": 0},
)
""",
    "one of them in the URL": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(
    "postgresql+asyncpg://pgbouncer/app?prepared_statement_cache_size=0",
    connect_args={"statement_cache_size": 0},
)
""",
    "only SQLAlchemy's cache, which has other reasons": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", connect_args={"prepared_statement_cache_size": 0})
""",
    "an engine past the pooler, by its port": """
from sqlalchemy.ext.asyncio import create_async_engine
from settings import settings
URL = str(settings.url)  # of PgBouncer
DIRECT = URL.replace("6432", "5432")
engine = create_async_engine(DIRECT, connect_args={"statement_cache_size": 0})
""",
    "an engine past the pooler, by its host": """
from sqlalchemy.ext.asyncio import create_async_engine
from settings import POOLED
url = POOLED.replace("-pooler.", ".")
engine = create_async_engine(url, connect_args={"statement_cache_size": 0})
""",
    "an engine past the pooler, by a variable": """
import os
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine(os.environ["DIRECT_URL"], connect_args={"statement_cache_size": 0})
""",
    "psycopg": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+psycopg://pgbouncer:6432/app")
""",
    "no PgBouncer": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db:5432/app")
""",
    "a comment about it": """
from sqlalchemy.ext.asyncio import create_async_engine
# not behind pgbouncer
engine = create_async_engine("postgresql+asyncpg://db/app")
""",
    "a synchronous engine": """
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg2://pgbouncer:6432/app")
""",
}
