"""An engine whose URL leads to PgBouncer."""

import os

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

PGBOUNCER_URL = os.environ["APP_DATABASE_URL"]

engine = create_async_engine(PGBOUNCER_URL)
app = FastAPI()


@app.get("/items/{item_id}/price")
async def read_price(item_id: int) -> int:
    """Return what an item costs."""
    async with engine.connect() as connection:
        statement = text("SELECT price FROM items WHERE id = :id")
        return (await connection.execute(statement, {"id": item_id})).scalar_one()
