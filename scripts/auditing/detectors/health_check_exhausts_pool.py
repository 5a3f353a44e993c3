"""A health check that asks the database over the pool of the requests."""

import ast
import re
from collections.abc import Iterator

from auditing.calls import called, reached
from auditing.databases import has_pool, number
from auditing.engine_use import answering, engine_behind, engines_of, taken
from auditing.finding import Hit
from auditing.orm import Engine, engines
from auditing.program import At, Program
from auditing.sessions import dependencies_of
from auditing.web import Route, depends, params, routes

_CHECK = re.compile(
    r"^(health(z|y|_?check)?|check_health|ready(z)?|readiness(_?(check|probe))?|live(z|ness)?|"
    r"liveness_?(check|probe)|heartbeat|ping|startup|(db|database)_?(health|ping|check)|"
    r"health_?(db|database))$"
)


def detect(program: Program) -> Iterator[Hit]:
    """Yield where each health check takes a connection that other requests may want."""
    checks = [route for route in program.fact(routes) if _is_check(route)]
    seen: set[At] = set()
    for route in checks:
        if route.function in seen:
            continue
        seen.add(route.function)
        use = _use(program, route)
        if use is not None and _is_shared(program, route, use[1]):
            yield Hit(
                route.function.module, use[0],
                f"the health check `{route.node.name}` waits for a connection of the requests'"
                " pool: when they are busy it fails, and checks take connections from them",
            )  # fmt: skip


def _is_check(route: Route) -> bool:
    """Say whether the last part of an endpoint's path is a health check's, without parameters."""
    if route.method not in ("get", "head", "api_route") or route.path is None:
        return False
    parts = [p.lower().replace("-", "_") for p in route.path.split("/") if p] or [route.node.name]
    is_named = _CHECK.match(parts[-1]) or (len(parts) > 1 and parts[0].startswith("health"))
    return bool(is_named) and "{" not in route.path


def _use(program: Program, route: Route) -> tuple[ast.AST, At] | None:
    """Return where in an endpoint a connection is taken, and the function that takes it.

    Where a function that the endpoint calls takes it, that is the call.
    """
    own = next((node for node, _ in taken(program, route.function)), None)
    if own is not None:
        return own, route.function
    for call, target in called(program, route.function):
        for function in reached(program, [target]):
            if next(taken(program, function), None) is not None:
                return call, function
    for param in params(program, route.function):
        dependency = depends(program, param)
        if dependency is not None and dependency.target is not None:
            for function in reached(program, [dependency.target]):
                if next(taken(program, function), None) is not None:
                    return param.arg, function
    return None


def _is_shared(program: Program, route: Route, taker: At) -> bool:
    """Say whether the connections of a health check are those of other endpoints."""
    others = [r for r in program.fact(routes) if not _is_check(r)]
    _, source = next(taken(program, taker))
    made = engine_behind(program, taker.module, source)
    if made is None:
        # the engine is out of sight: the dependency that gives the session is the same, perhaps
        targets = {d.target for d in dependencies_of(program, route)}
        theirs = {d.target for other in others for d in dependencies_of(program, other)}
        return bool((targets & theirs) - {None})
    engine = Engine(made.module, made.node, is_async=True)  # type: ignore[arg-type]
    if number(program, engine, "pool_size", 5) == 1 or not has_pool(program, engine):
        return False
    if len(program.fact(engines)) < 2:
        return True
    return any(made in engines_of(program, answering(program, other)) for other in others)
