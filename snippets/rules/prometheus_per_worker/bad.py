"""Metrics of one process."""

import uvicorn
from fastapi import FastAPI
from prometheus_fastapi_instrumentator import Instrumentator

app = FastAPI()
Instrumentator().instrument(app).expose(app, include_in_schema=False)


@app.get("/orders")
async def list_orders() -> list[int]:
    """List the numbers of all orders."""
    return [1, 2]


if __name__ == "__main__":
    uvicorn.run("bad:app", workers=2)
