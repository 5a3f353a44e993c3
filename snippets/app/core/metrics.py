"""Prometheus, over all workers."""

import os
from pathlib import Path

from fastapi import FastAPI

from app.core.metric_files import share_between_workers, take_over_files


def instrument(app: FastAPI) -> None:
    """Count and time every request by its route, and serve `/metrics`."""
    share_between_workers()
    if shared := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        take_over_files(Path(shared))
    from app.core.request_metrics import MetricsMiddleware, expose

    app.add_middleware(MetricsMiddleware)
    app.add_api_route("/metrics", expose, include_in_schema=False)
