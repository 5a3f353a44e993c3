"""Prometheus, over all workers."""

import getpass
import multiprocessing
import os
import tempfile
from pathlib import Path

from fastapi import FastAPI


def share_between_workers() -> None:
    """Name a folder for the workers' counters; call it before prometheus_client is imported.

    `PROMETHEUS_MULTIPROC_DIR` wins where it is set. The workers of `uvicorn --workers`, which are
    spawned by one supervisor, find one folder by its process id. gunicorn forks: set the variable.
    """
    supervisor = multiprocessing.parent_process()
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ and supervisor is not None:
        name = f"metrics-{getpass.getuser()}-{supervisor.pid}"
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(Path(tempfile.gettempdir(), name))
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)


def instrument(app: FastAPI) -> None:
    """Count and time every request by its route, and serve `/metrics`."""
    share_between_workers()
    from prometheus_fastapi_instrumentator import Instrumentator

    Instrumentator().instrument(app).expose(app, include_in_schema=False)
