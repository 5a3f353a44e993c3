"""Requests, counted and timed by their routes.

Import it after `share_between_workers`. The metrics are those of prometheus-fastapi-instrumentator,
at a third of its cost: that one looks for the route of each request a second time.
"""

import functools
import os
import time
from collections.abc import Iterable
from re import Pattern

from fastapi import FastAPI, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Histogram,
    Summary,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.routes import all_routes

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BUCKETS = (0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5,
           10, 30, 60)  # fmt: skip

REQUESTS = Counter("http_requests_total", "Requests.", ("method", "status", "handler"))
REQUEST_SIZE = Summary("http_request_size_bytes", "Their Content-Length.", ("handler",))
RESPONSE_SIZE = Summary("http_response_size_bytes", "That of the answers.", ("handler",))
SECONDS = Histogram("http_request_duration_highr_seconds", "Of all routes.", buckets=BUCKETS)
SECONDS_BY_HANDLER = Histogram(
    "http_request_duration_seconds", "By route.", ("method", "handler"), buckets=(0.1, 0.5, 1)
)


@functools.cache
def _of(method: str, status: str, handler: str) -> tuple[Counter, Summary, Summary, Histogram]:
    """Return the metrics of these labels, which would be looked up under a lock each time."""
    return (
        REQUESTS.labels(method, status, handler),
        REQUEST_SIZE.labels(handler),
        RESPONSE_SIZE.labels(handler),
        SECONDS_BY_HANDLER.labels(method, handler),
    )


class MetricsMiddleware:
    """Count and time each request.

    Each value of a label is kept for ever, and clients may invent methods and paths: those are
    "other" and "none".
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.paths: dict[int, dict[str, Pattern[str]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        # A mount changes the scope.
        app, path = scope["app"], _path_below_root(scope)
        status, size = 500, 0

        async def watch_start(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status, size = message["status"], _content_length(message["headers"])
            await send(message)

        try:
            await self.app(scope, receive, watch_start)
        finally:
            seconds = time.perf_counter() - started
            method = scope["method"] if scope["method"] in METHODS else "other"
            handler = self._handler(app, scope.get("endpoint"), path)
            requests, sizes, answer_sizes, times = _of(method, f"{status // 100}xx", handler)
            requests.inc()
            sizes.observe(_content_length(scope["headers"]))
            answer_sizes.observe(size)
            times.observe(seconds)
            SECONDS.observe(seconds)

    def _handler(self, app: FastAPI, endpoint: object, path: str) -> str:
        """Return the path of the route, with names for its parameters; of a mount, where it is."""
        if id(endpoint) not in self.paths:
            self.paths[id(endpoint)] = _paths(app, endpoint)
        found = (name for name, regex in self.paths[id(endpoint)].items() if regex.match(path))
        return next(found, "none")


def _paths(app: FastAPI, endpoint: object) -> dict[str, Pattern[str]]:
    """Return the paths of an endpoint, and those of mounts, which have endpoints of their own."""
    return {
        str(route.path): route.path_regex
        for route in all_routes(app)
        if getattr(route, "path_regex", None)
        and getattr(route, "endpoint", None) in (endpoint, None)
    }


def _path_below_root(scope: Scope) -> str:
    """Return the path of a request as routes know it, without what a proxy adds."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if path.startswith(f"{root}/") else path


def _content_length(headers: Iterable[tuple[bytes, bytes]]) -> int:
    return int(dict(headers).get(b"content-length", 0))


def expose() -> Response:
    """Return what all workers have counted that share a folder."""
    registry = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return Response(generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})
