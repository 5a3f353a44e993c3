"""Settings, checked once at the start."""

import json
import sys
from functools import lru_cache
from typing import Annotated

from pydantic import Field, SecretStr, StringConstraints, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/*\s]+$")]


class Settings(BaseSettings):
    """Each field is read from the variable `APP_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix="APP_", env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    database_url: SecretStr = SecretStr("sqlite+aiosqlite:///app.db")
    # The server must allow workers * (database_pool_size + 1) connections.
    database_pool_size: int = Field(default=10, ge=1)
    create_tables: bool = True  # off where Alembic migrations run
    jwt_secret: SecretStr = Field(min_length=32)
    jwt_exp_minutes: int = Field(default=30, ge=1, le=525_600)
    # NoDecode (pydantic-settings 2.7): otherwise a comma list dies in the JSON decoder.
    cors_origins: Annotated[tuple[Origin, ...], NoDecode] = ()

    @field_validator("database_url")
    @classmethod
    def require_async_driver(cls, value: SecretStr) -> SecretStr:
        """Refuse `postgresql://`, which SQLAlchemy 2.1 would run with psycopg."""
        try:
            driver = make_url(value.get_secret_value()).drivername
        except (ArgumentError, ValueError):
            driver = ""
        if driver not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
            raise ValueError("must begin with sqlite+aiosqlite:// or postgresql+asyncpg://")
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def split_origins(cls, value: object) -> object:
        """Read a JSON list or a comma list."""
        if not isinstance(value, str):
            return value
        if value.strip().startswith("["):
            return json.loads(value)
        return [origin.strip() for origin in value.split(",") if origin.strip()]


@lru_cache
def get_settings() -> Settings:
    """Return the settings; exit with the names of bad variables, never their values."""
    try:
        return Settings()
    except ValidationError as exc:
        for error in exc.errors():
            variable = f"APP_{error['loc'][0]}".upper()
            print(f"{variable}: {error['msg']}", file=sys.stderr)
        # uvicorn and gunicorn stop on 3; after any other code they start the worker again.
        raise SystemExit(3) from None
