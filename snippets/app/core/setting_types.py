"""Values of settings, as the environment writes them."""

import json
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

LIBPQ = {"sslmode", "channel_binding"}  # in the URLs that hosters show; asyncpg fails at the start


def require_async_driver(value: SecretStr) -> SecretStr:
    """Refuse `postgresql://`, which SQLAlchemy 2.1 runs with psycopg, and options of psycopg."""
    try:
        url = make_url(value.get_secret_value())
        driver, options = url.drivername, {*url.query}
    except (ArgumentError, ValueError):
        driver, options = "", set()
    if driver not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
        raise ValueError("must begin with sqlite+aiosqlite:// or postgresql+asyncpg://")
    if options & LIBPQ:
        raise ValueError("asyncpg takes ssl=require for sslmode=require, and no channel_binding")
    return value


def split_list(value: object) -> object:
    """Read a JSON list or a comma list."""
    if not isinstance(value, str):
        return value
    if value.strip().startswith("["):
        return json.loads(value)
    return [item.strip() for item in value.split(",") if item.strip()]


DatabaseUrl = Annotated[SecretStr, AfterValidator(require_async_driver)]
Origin = Annotated[str, Field(pattern=r"^https?://[^/*\s]+$")]
# NoDecode (pydantic-settings 2.7): otherwise a comma list dies in the JSON decoder.
Origins = Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(split_list)]
