"""Settings that take the URLs of the drivers that are installed."""

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import create_async_engine

DRIVERS = ("postgresql+asyncpg", "sqlite+aiosqlite")


class Settings(BaseSettings):
    """What the environment says."""

    model_config = SettingsConfigDict(env_prefix="APP_", hide_input_in_errors=True)

    database_url: str

    @field_validator("database_url")
    @classmethod
    def check_driver(cls, url: str) -> str:
        """Refuse a URL that leaves the driver to SQLAlchemy."""
        try:
            driver = make_url(url).drivername
        except ArgumentError:
            raise ValueError("not a database URL") from None
        if driver not in DRIVERS:
            raise ValueError(f"begin it with {' or '.join(DRIVERS)}, not {driver}")
        return url


settings = Settings()
engine = create_async_engine(settings.database_url)
