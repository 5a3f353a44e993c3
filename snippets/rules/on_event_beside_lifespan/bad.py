"""A start-up handler beside a lifespan."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

prices: dict[str, int] = {}
rates: dict[str, float] = {}


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
    """Load the prices."""
    prices["tea"] = 500
    yield
    prices.clear()


app = FastAPI(lifespan=lifespan)


@app.on_event("startup")
async def load_rates() -> None:
    """Load the exchange rates."""
    rates["EUR"] = 0.9


@app.get("/prices/{product}")
async def read_price(product: str, currency: str) -> float:
    """Return a price in a currency."""
    return prices[product] * rates[currency]
