"""All routes of an application, those of its routers too."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from fastapi import FastAPI, Request, routing
from starlette.types import Scope


def routes_with_paths(app: FastAPI) -> Iterator[Any]:
    """Yield what has a path: routes, and mounts."""
    # Until FastAPI 0.136 the routes of included routers were the application's own.
    routes_of: Callable[[Any], Iterable[Any]] = getattr(routing, "iter_route_contexts", iter)
    return (route for route in routes_of(app.routes) if hasattr(route, "path_regex"))


def all_methods(request: Request) -> dict[str, str]:
    """Return the header of a 405; FastAPI's own names those of the path's first route alone."""
    path = path_below_root(request.scope)
    found = (each for each in routes_with_paths(request.app) if each.path_regex.match(path))
    methods = {method for each in found for method in getattr(each, "methods", None) or ()}
    return {"Allow": ", ".join(sorted(methods))}


def path_below_root(scope: Scope) -> str:
    """Return the path of a request as routes know it, without what a proxy adds."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if path.startswith(f"{root}/") else path
