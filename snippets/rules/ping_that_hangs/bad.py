"""A ping before each use, and nothing that limits how long it takes."""

import os

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["APP_DATABASE_URL"], pool_pre_ping=True)
app = FastAPI()


@app.get("/items/count")
async def count_items() -> int:
    """Count the items."""
    async with engine.connect() as connection:
        result = await connection.execute(text("SELECT count(*) FROM items"))
        return int(result.scalar_one())
