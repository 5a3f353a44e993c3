"""A shop that asks another service for the stock."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, TypedDict

import httpx
from fastapi import Depends, FastAPI, Request


class State(TypedDict):
    """What requests share."""

    stock_client: httpx.AsyncClient


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    """Open a client for the stock service."""
    async with httpx.AsyncClient(base_url=os.environ["STOCK_URL"]) as client:
        yield {"stock_client": client}


app = FastAPI(lifespan=lifespan)


async def get_stock_client(request: Request) -> httpx.AsyncClient:
    """Return the client that all requests share."""
    client: httpx.AsyncClient = request.state.stock_client
    return client


@app.get("/products/{product_id}/stock")
async def read_stock(
    product_id: int, client: Annotated[httpx.AsyncClient, Depends(get_stock_client)]
) -> int:
    """Return how many are left."""
    response = await client.get(f"/{product_id}")
    response.raise_for_status()
    left: int = response.json()
    return left
