"""Prices that a task follows, which the lifespan keeps."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

prices: dict[str, str] = {}


async def follow_prices() -> None:
    """Read `name price` lines from the exchange."""
    port = int(os.environ["EXCHANGE_PORT"])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        while line := await reader.readline():
            name, price = line.decode().split()
            prices[name] = price
    finally:
        writer.close()


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Follow the prices while the service runs."""
    task = asyncio.create_task(follow_prices())
    yield
    task.cancel()


app = FastAPI(lifespan=lifespan)
