"""A pool whose queue is left before the client gives up."""

import os

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(
    os.environ["APP_DATABASE_URL"], pool_size=5, max_overflow=0, pool_timeout=1
)
app = FastAPI()


@app.exception_handler(PoolTimeoutError)
async def answer_busy(_request: Request, _exc: PoolTimeoutError) -> JSONResponse:
    """Tell the client to come back later."""
    return JSONResponse({"detail": "Busy"}, status_code=503, headers={"Retry-After": "1"})


@app.get("/items/count")
async def count_items() -> int:
    """Count the items."""
    async with engine.connect() as connection:
        result = await connection.execute(text("SELECT count(*) FROM items"))
        return int(result.scalar_one())
