"""What a test does to a database beside the service."""

from sqlalchemy import delete

from app.core.db import create_engine
from app.models import Product, User


async def delete_all(database_url: str) -> None:
    """Delete the user, and what is theirs."""
    engine = create_engine(database_url, 1)
    async with engine.begin() as connection:
        await connection.execute(delete(Product))
        await connection.execute(delete(User))
    await engine.dispose()
