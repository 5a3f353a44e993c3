"""Metrics of all workers."""

import hashlib
import multiprocessing
import os
import tempfile
from pathlib import Path

import uvicorn
from fastapi import FastAPI

# One folder for all workers of a supervisor, found by the random key that they inherit from it.
# prometheus_client reads the variable when imported.
if supervisor := multiprocessing.parent_process():
    key = hashlib.sha256(multiprocessing.current_process().authkey).hexdigest()
    folder = Path(tempfile.gettempdir(), f"metrics-{supervisor.pid}-{key[:32]}")
    folder.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(folder))

from prometheus_fastapi_instrumentator import Instrumentator

app = FastAPI()
Instrumentator().instrument(app).expose(app, include_in_schema=False)


@app.get("/orders")
async def list_orders() -> list[int]:
    """List the numbers of all orders."""
    return [1, 2]


if __name__ == "__main__":
    uvicorn.run("good:app", workers=2)
