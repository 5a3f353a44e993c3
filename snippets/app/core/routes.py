"""The methods of a path."""

from fastapi import Request
from fastapi.routing import iter_route_contexts
from starlette.routing import Match


def all_methods(request: Request) -> dict[str, str]:
    """Return the header of a 405; FastAPI's own names those of the path's first route alone."""
    routes = iter_route_contexts(request.app.routes)
    found = [route for route in routes if route.matches(request.scope)[0] != Match.NONE]
    methods = {method for route in found for method in route.methods or ()}
    if "GET" in methods:
        methods.add("HEAD")
    return {"Allow": ", ".join(sorted(methods))}
