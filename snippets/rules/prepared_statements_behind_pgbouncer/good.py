"""An engine that leaves no prepared statement on a server connection."""

import os

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

PGBOUNCER_URL = os.environ["APP_DATABASE_URL"]

engine = create_async_engine(
    PGBOUNCER_URL,
    connect_args={
        "statement_cache_size": 0,  # asyncpg's own
        "prepared_statement_cache_size": 0,  # SQLAlchemy's
        "prepared_statement_name_func": lambda: "",  # unnamed: gone with the next statement
    },
)
app = FastAPI()


@app.get("/items/{item_id}/price")
async def read_price(item_id: int) -> int:
    """Return what an item costs."""
    async with engine.connect() as connection:
        statement = text("SELECT price FROM items WHERE id = :id")
        return (await connection.execute(statement, {"id": item_id})).scalar_one()
