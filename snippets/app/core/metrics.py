"""Prometheus, over all workers."""

import hashlib
import multiprocessing
import os
import tempfile
from pathlib import Path

from fastapi import FastAPI

from app.core.metric_files import take_over_files

SHARED_MEMORY = "/dev/shm"  # of Linux, also in a container


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
    from app.core.request_metrics import MetricsMiddleware, expose

    app.add_middleware(MetricsMiddleware)
    # Monitors ask with HEAD.
    app.add_api_route("/metrics", expose, methods=["GET", "HEAD"], include_in_schema=False)
