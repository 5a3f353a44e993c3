"""A pool sized for all workers together."""

import os

import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

WORKERS = int(os.environ["WEB_CONCURRENCY"])  # uvicorn and gunicorn read it too
CONNECTIONS = 80  # of the server's 100: migrations and administrators need some

engine = create_async_engine(
    os.environ["APP_DATABASE_URL"],
    pool_size=CONNECTIONS // WORKERS,
    max_overflow=0,
    pool_timeout=10,
)
app = FastAPI()


@app.get("/reports/orders")
async def report_orders() -> int:
    """Count the orders."""
    async with engine.connect() as connection:
        result = await connection.execute(text("SELECT count(*) FROM orders"))
        return int(result.scalar_one())


if __name__ == "__main__":
    uvicorn.run("good:app", workers=WORKERS)
