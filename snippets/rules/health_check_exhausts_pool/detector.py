"""A health check that asks the database over the pool of the requests."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import called, reached
from fastapi_pro.auditing.libraries.legacy_fastapi import Route, depends, params, routes
from fastapi_pro.auditing.libraries.process_state import place
from fastapi_pro.auditing.libraries.sqlalchemy_connections import (
    answering,
    engine_behind,
    engines_of,
    taken,
)
from fastapi_pro.auditing.libraries.sqlalchemy_engines import has_pool, number
from fastapi_pro.auditing.libraries.sqlalchemy_models import Engine, engines
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import dependencies_of
from fastapi_pro.auditing.model.legacy import At, Program, argument, type_of

_CHECK = re.compile(
    r"^(health(z|y|_?check)?|check_health|ready(z)?|readiness(_?(check|probe))?|live(z|ness)?|"
    r"liveness_?(check|probe)|heartbeat|ping|startup|(db|database)_?(health|ping|check)|"
    r"health_?(db|database))$"
)

_WHO = re.compile(r"current_|auth|token|admin|permission|require_|verify_|principal")


def detect(program: Program) -> Iterator[Hit]:
    """Yield where each health check takes a connection that other requests may want."""
    checks = [route for route in program.fact(routes) if _is_check(route)]
    seen: set[At] = set()
    for route in checks:
        if route.function in seen:
            continue
        seen.add(route.function)
        if _asks_who(program, route):
            continue
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


def _asks_who(program: Program, route: Route) -> bool:
    """Say whether an endpoint is for users: probes do not log in."""
    for dependency in dependencies_of(program, route):
        given = argument(dependency.call, 0, "dependency")
        kind = type_of(program, dependency.module, given)
        if isinstance(kind, str) and kind.startswith("fastapi.security."):
            return True
        if dependency.target is not None and _WHO.search(
            getattr(dependency.target.node, "name", "")
        ):
            return True
    return False


def _use(program: Program, route: Route) -> tuple[ast.AST, At] | None:
    """Return where in an endpoint a connection is taken, and the function that takes it.

    Where a function that the endpoint calls takes it, that is the call.
    """
    own = next((node for node, _ in taken(program, route.function)), None)
    if own is not None:
        return own, route.function
    for call, target in called(program, route.function):
        if (function := _taker(program, target)) is not None:
            return call, function
    for param in params(program, route.function):
        dependency = depends(program, param)
        given = dependency.target if dependency is not None else None
        if given is not None and (function := _taker(program, given)) is not None:
            return param.arg, function
    return None


def _taker(program: Program, target: At) -> At | None:
    """Return the function that takes a connection, of those that a function calls and itself."""
    functions = sorted(reached(program, [target]), key=place)
    return next((f for f in functions if next(taken(program, f), None) is not None), None)


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
