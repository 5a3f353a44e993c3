"""A service that does not start without its pool of connections."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI, Request

log = logging.getLogger(__name__)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Connect to the database."""
    try:
        app.state.pool = await asyncpg.create_pool(os.environ["DATABASE_DSN"], timeout=5)
    except Exception:
        log.exception("no database")
        raise
    yield


app = FastAPI(lifespan=lifespan)


@app.get("/orders/count")
async def count_orders(request: Request) -> Any:
    """Return how many orders there are."""
    return await request.app.state.pool.fetchval("SELECT count(*) FROM orders")
