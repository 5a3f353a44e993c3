"""Reports limited where they wait."""

import asyncio
import time

from fastapi import FastAPI, HTTPException

app = FastAPI()


async def query_warehouse(seconds: float) -> list[int]:
    """Wait for the warehouse, which takes as long as it takes."""
    await asyncio.sleep(seconds)
    return [1, 2]


@app.get("/report")
async def read_report(seconds: float) -> list[int]:
    """Return the report."""
    try:
        async with asyncio.timeout(0.5):
            return await query_warehouse(seconds)
    except TimeoutError:
        raise HTTPException(504, "The warehouse does not answer") from None


@app.get("/pdf")
def print_report(seconds: float) -> str:
    """Render the report with a library that blocks."""
    time.sleep(seconds)
    return "%PDF"
