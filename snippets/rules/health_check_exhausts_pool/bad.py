"""A health check that takes its connection from the requests' pool."""

import asyncio
import os

from fastapi import FastAPI, Response
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import create_async_engine

url = os.environ["APP_DATABASE_URL"]
engine = create_async_engine(url, pool_size=5, max_overflow=0, pool_timeout=1)
app = FastAPI()


@app.get("/healthz")
async def check_health(response: Response) -> dict[str, str]:
    """Ask the database whether it answers."""
    try:
        async with asyncio.timeout(2), engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, OSError):  # TimeoutError is an OSError
        response.status_code = 503
        return {"status": "unavailable"}
    return {"status": "ok"}
