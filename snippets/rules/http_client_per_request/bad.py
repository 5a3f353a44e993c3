"""A shop that asks another service for the stock."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

import httpx
from fastapi import Depends, FastAPI

app = FastAPI()


async def get_stock_client() -> AsyncIterator[httpx.AsyncClient]:
    """Open a client for the stock service."""
    async with httpx.AsyncClient(base_url=os.environ["STOCK_URL"]) as client:
        yield client


@app.get("/products/{product_id}/stock")
async def read_stock(
    product_id: int, client: Annotated[httpx.AsyncClient, Depends(get_stock_client)]
) -> int:
    """Return how many are left."""
    response = await client.get(f"/{product_id}")
    response.raise_for_status()
    left: int = response.json()
    return left
