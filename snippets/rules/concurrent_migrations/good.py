"""A service whose workers migrate its database one after the other."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

engine = create_async_engine(os.environ.get("APP_DATABASE_URL", "postgresql+asyncpg://db/app"))


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Bring the tables up to date before the first request."""
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(20261128)"))
        await asyncio.to_thread(command.upgrade, Config("alembic.ini"), "head")
    yield
    await engine.dispose()


app = FastAPI(lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run("good:app", workers=4)
