"""A currency service that asks another service for the rates."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from fastapi import FastAPI, Request
from pydantic import BaseModel


class State(TypedDict):
    """What requests share."""

    rates: httpx.Client


class Rate(BaseModel):
    """The price of one euro."""

    currency: str
    rate: float


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    """Open a client for as long as the application runs."""
    with httpx.Client(base_url=os.environ["RATES_URL"]) as rates:
        yield {"rates": rates}


app = FastAPI(lifespan=lifespan)


@app.get("/rates/{currency}")
async def read_rate(currency: str, request: Request) -> Rate:
    """Return today's rate of a currency."""
    rates: httpx.Client = request.state.rates
    response = rates.get(f"/{currency}")
    response.raise_for_status()
    return Rate(currency=currency, rate=response.json())


@app.get("/healthz")
async def health() -> None:
    """Say that the process answers."""
