"""A pool whose queue nobody leaves for half a minute."""

import os

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["APP_DATABASE_URL"], pool_size=5, max_overflow=0)
app = FastAPI()


@app.get("/items/count")
async def count_items() -> int:
    """Count the items."""
    async with engine.connect() as connection:
        result = await connection.execute(text("SELECT count(*) FROM items"))
        return int(result.scalar_one())
