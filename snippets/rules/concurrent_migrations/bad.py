"""A service that migrates its database in each of its workers."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from alembic import command
from alembic.config import Config
from fastapi import FastAPI


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Bring the tables up to date before the first request."""
    await asyncio.to_thread(command.upgrade, Config("alembic.ini"), "head")
    yield


app = FastAPI(lifespan=lifespan)

if __name__ == "__main__":
    uvicorn.run("bad:app", workers=4)
