"""The routes of an application, and the methods of a path."""

from typing import Any

from fastapi import FastAPI, Request, routing
from starlette.routing import Match


def all_routes(app: FastAPI) -> list[Any]:
    """Return the routes of an application, those of its routers too."""
    # Until FastAPI 0.136 the routes of included routers were the application's own.
    return list(getattr(routing, "iter_route_contexts", iter)(app.routes))


def all_methods(request: Request) -> dict[str, str]:
    """Return the header of a 405; FastAPI's own names those of the path's first route alone."""
    routes = all_routes(request.app)
    found = [route for route in routes if route.matches(request.scope)[0] != Match.NONE]
    methods = {method for route in found for method in getattr(route, "methods", None) or ()}
    if "GET" in methods:
        methods.add("HEAD")
    return {"Allow": ", ".join(sorted(methods))}
