"""A ping before each use, and a limit for everything that goes over the network."""

import os

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(
    os.environ["APP_DATABASE_URL"],
    pool_pre_ping=True,
    connect_args={
        "timeout": 5,
        "command_timeout": float(os.environ.get("APP_COMMAND_TIMEOUT", "10")),
    },
)
app = FastAPI()


@app.get("/items/count")
async def count_items() -> int:
    """Count the items."""
    async with engine.connect() as connection:
        result = await connection.execute(text("SELECT count(*) FROM items"))
        return int(result.scalar_one())
