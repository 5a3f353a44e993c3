"""Previews of pages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypedDict

import httpx
from fastapi import FastAPI, Request
from pydantic import BaseModel, HttpUrl


class State(TypedDict):
    """What the application keeps."""

    http: httpx.AsyncClient


class Preview(BaseModel):
    """What to show a preview of."""

    url: HttpUrl


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[State]:
    """Keep one client."""
    async with httpx.AsyncClient(timeout=5) as http:
        yield {"http": http}


app = FastAPI(lifespan=lifespan)


@app.post("/previews")
async def create_preview(preview: Preview, request: Request) -> str:
    """Return the beginning of a page."""
    client: httpx.AsyncClient = request.state.http
    page = await client.get(str(preview.url))
    return page.text[:1000]
