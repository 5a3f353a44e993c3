"""Values of settings, as the environment writes them."""

import json
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, SecretStr, StringConstraints
from pydantic_settings import NoDecode
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError


def require_async_driver(value: SecretStr) -> SecretStr:
    """Refuse `postgresql://`, which SQLAlchemy 2.1 would run with psycopg."""
    try:
        driver = make_url(value.get_secret_value()).drivername
    except (ArgumentError, ValueError):
        driver = ""
    if driver not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
        raise ValueError("must begin with sqlite+aiosqlite:// or postgresql+asyncpg://")
    return value


def split_list(value: object) -> object:
    """Read a JSON list or a comma list."""
    if not isinstance(value, str):
        return value
    if value.strip().startswith("["):
        return json.loads(value)
    return [item.strip() for item in value.split(",") if item.strip()]


DatabaseUrl = Annotated[SecretStr, AfterValidator(require_async_driver)]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[^/*\s]+$")]
# NoDecode (pydantic-settings 2.7): otherwise a comma list dies in the JSON decoder.
Origins = Annotated[tuple[Origin, ...], NoDecode, BeforeValidator(split_list)]
