"""Settings, checked once at the start."""

import sys
from functools import lru_cache

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from app.core.setting_types import DatabaseUrl, Origins


class Settings(BaseSettings):
    """Each field is read from the variable `APP_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix="APP_", env_file=".env", extra="ignore", hide_input_in_errors=True
    )

    database_url: DatabaseUrl = SecretStr("sqlite+aiosqlite:///app.db")
    # The server must allow workers * (database_pool_size + 1) connections.
    database_pool_size: int = Field(default=10, ge=1)
    create_tables: bool = True  # off where Alembic migrations run
    jwt_secret: SecretStr = Field(min_length=32)
    jwt_exp_minutes: int = Field(default=30, ge=1, le=525_600)
    cors_origins: Origins = ()  # a JSON list or a comma list


@lru_cache
def get_settings() -> Settings:
    """Return the settings; exit with the names of bad variables, never their values."""
    try:
        return Settings()
    except SettingsError as exc:  # a list of your own without `NoDecode`, and no JSON
        print(exc, file=sys.stderr)
    except ValidationError as exc:
        for error in exc.errors():
            names = [f"APP_{name}".upper() for name in error["loc"][:1]]  # none of a whole model
            print(": ".join([*names, error["msg"]]), file=sys.stderr)
    # uvicorn and gunicorn stop on 3; after any other code they start the worker again.
    raise SystemExit(3)
