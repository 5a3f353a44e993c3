"""Database URLs, and who checks their driver."""

BAD = ["database_url: str"]

FOUND = {
    "a bare literal": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql://db/app")  # !
""",
    "a bare default of the environment, in another module": """
#= config.py
import os
DATABASE_URL = os.getenv("DATABASE_URL", "postgres://db/app")
#= db.py
from config import DATABASE_URL as URL
from sqlalchemy.ext.asyncio import create_async_engine as make
engine = make(URL)  # !
""",
    "a setting that nothing checks, in another module": """
#= config.py
from pydantic import Field
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    db_url: str = Field(...)  # !
#= db.py
import config
import sqlalchemy.ext.asyncio as sa
settings = config.Settings()
engine = sa.create_async_engine(settings.db_url, echo=False)
""",
    "a PostgresDsn, through str() and a cached function": """
from functools import lru_cache
from pydantic import PostgresDsn
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine
class Settings(BaseSettings):
    database_url: PostgresDsn  # !
@lru_cache
def get_settings() -> Settings:
    return Settings()
def make():
    return create_async_engine(str(get_settings().database_url))
""",
    "a secret setting": """
from pydantic import SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine
class Settings(BaseSettings):
    database_url: SecretStr  # !
settings = Settings()
engine = create_async_engine(url=settings.database_url.get_secret_value())
""",
    "SQLite without aiosqlite, an f-string": """
from sqlalchemy.ext.asyncio import create_async_engine
path = input()
engine = create_async_engine(f"sqlite:///{path}")  # !
""",
}

LOOK_ALIKES = {
    "the driver is named": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")
""",
    "a validator checks": """
from pydantic import field_validator
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine
class Settings(BaseSettings):
    database_url: str
    @field_validator("database_url")
    @classmethod
    def check(cls, value):
        return value
settings = Settings()
engine = create_async_engine(settings.database_url)
""",
    "an Annotated validator, under a name": """
from typing import Annotated
from pydantic import AfterValidator
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine
def check(value: str) -> str: return value
Url = Annotated[str, AfterValidator(check)]
class Settings(BaseSettings):
    database_url: Url
settings = Settings()
engine = create_async_engine(settings.database_url)
""",
    "rewritten": """
from pydantic_settings import BaseSettings
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import create_async_engine
class Settings(BaseSettings):
    database_url: str
settings = Settings()
engine = create_async_engine(make_url(settings.database_url).set(drivername="postgresql+asyncpg"))
other = create_async_engine(settings.database_url.replace("postgresql:", "postgresql+asyncpg:"))
""",
    "a default that names it": """
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine
class Settings(BaseSettings):
    database_url: str = "postgresql+asyncpg://db/app"
settings = Settings()
engine = create_async_engine(settings.database_url)
""",
    "a property puts it together": """
from pydantic_settings import BaseSettings
from sqlalchemy.ext.asyncio import create_async_engine
class Settings(BaseSettings):
    host: str
    @property
    def url(self) -> str:
        return f"postgresql+asyncpg://{self.host}/app"
settings = Settings()
engine = create_async_engine(settings.url)
""",
    "a synchronous engine": """
from sqlalchemy import create_engine
engine = create_engine("postgresql://db/app")
""",
}
