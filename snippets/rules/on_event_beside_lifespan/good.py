"""All that happens at the start, in the lifespan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

prices: dict[str, int] = {}
rates: dict[str, float] = {}


async def load_rates() -> None:
    """Load the exchange rates."""
    rates["EUR"] = 0.9


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Load the prices and the exchange rates."""
    prices["tea"] = 500
    await load_rates()
    yield
    prices.clear()


app = FastAPI(lifespan=lifespan)


@app.get("/prices/{product}")
async def read_price(product: str, currency: str) -> float:
    """Return a price in a currency."""
    return prices[product] * rates[currency]
