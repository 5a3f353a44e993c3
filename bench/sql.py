"""Statements on the database of a measured service."""

from typing import Any

from sqlalchemy import text

from app.core.db import create_engine


async def execute(database_url: str, *statements: str) -> list[Any]:
    """Run statements in one transaction; return the first column of what the last one returns."""
    engine = create_engine(database_url, 1, command_timeout=None)
    async with engine.begin() as connection:
        for statement in statements:
            result = await connection.execute(text(statement))
        found = list(result.scalars()) if result.returns_rows else []
    await engine.dispose()
    return found
