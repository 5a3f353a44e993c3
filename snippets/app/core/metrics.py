"""Prometheus, over all workers."""

import hashlib
import multiprocessing
import os
import tempfile
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute

from app.core.metric_files import take_over_files

SHARED_MEMORY = "/dev/shm"  # of Linux, also in a container
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}


def share_between_workers() -> None:
    """Name a folder for the workers' counters; call it before prometheus_client is imported.

    `PROMETHEUS_MULTIPROC_DIR` wins where it is set. The workers of `uvicorn --workers`, which are
    spawned by one supervisor, find one folder by the random key that they inherit from it: its
    process id alone comes back, in a container at each start. gunicorn forks: set the variable.
    """
    supervisor = multiprocessing.parent_process()
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ and supervisor is not None:
        key = hashlib.sha256(multiprocessing.current_process().authkey).hexdigest()
        folder = Path(temporary_folder(), f"metrics-{supervisor.pid}-{key[:32]}")
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    if shared := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        Path(shared).mkdir(mode=0o700, parents=True, exist_ok=True)


def temporary_folder() -> str:
    """Return where files may be written, also where the disk is read-only."""
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:
        return SHARED_MEMORY


def instrument(app: FastAPI) -> None:
    """Count and time every request by its route, and serve `/metrics`."""
    share_between_workers()
    if shared := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        take_over_files(Path(shared))
    from prometheus_fastapi_instrumentator import Instrumentator, metrics

    def name_method(info: metrics.Info) -> None:
        # Each label value is kept for ever, and clients may invent methods.
        info.method = info.method if info.method in METHODS else "other"

    instrumentator = Instrumentator()
    instrumentator.add(name_method, metrics.default(registry=instrumentator.registry))
    instrumentator.instrument(app).expose(app, include_in_schema=False)
    for route in app.routes:
        if isinstance(route, APIRoute) and route.path == "/metrics":
            route.methods = {"GET", "HEAD"}  # monitors ask with it
