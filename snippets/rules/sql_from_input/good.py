"""Products, in one of the orders that there are."""

import os
from typing import Any, Literal

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ["APP_DATABASE_URL"])
app = FastAPI()


@app.get("/products")
async def list_products(sort: Literal["id", "name"] = "id") -> list[Any]:
    """Return the names of the first products."""
    statement = text(f"SELECT name FROM products ORDER BY {sort} LIMIT 100")
    async with engine.connect() as connection:
        return list(await connection.scalars(statement))
