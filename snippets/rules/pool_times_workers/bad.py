"""A pool sized as if there were one process."""

import os

import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(
    os.environ["APP_DATABASE_URL"], pool_size=20, max_overflow=10, pool_timeout=10
)
app = FastAPI()


@app.get("/reports/orders")
async def report_orders() -> int:
    """Count the orders."""
    async with engine.connect() as connection:
        result = await connection.execute(text("SELECT count(*) FROM orders"))
        return int(result.scalar_one())


if __name__ == "__main__":
    uvicorn.run("bad:app", workers=4)
