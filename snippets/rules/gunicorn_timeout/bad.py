"""Reports limited by nothing but gunicorn's --timeout."""

import asyncio
import time

from fastapi import FastAPI

app = FastAPI()


async def query_warehouse(seconds: float) -> list[int]:
    """Wait for the warehouse, which takes as long as it takes."""
    await asyncio.sleep(seconds)
    return [1, 2]


@app.get("/report")
async def read_report(seconds: float) -> list[int]:
    """Return the report."""
    return await query_warehouse(seconds)


@app.get("/pdf")
async def print_report(seconds: float) -> str:
    """Render the report with a library that blocks."""
    time.sleep(seconds)
    return "%PDF"
