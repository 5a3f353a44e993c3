"""A health check that asks the database over the pool of the requests."""

import re
from collections.abc import Iterable, Iterator
from operator import attrgetter

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.blocking_calls import blocks
from fastapi_pro.auditing.libraries.fastapi import Endpoint, endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import answering
from fastapi_pro.auditing.libraries.health_checks import is_check, is_probe
from fastapi_pro.auditing.libraries.sqlalchemy_connections import engine_behind, engines_of, taken
from fastapi_pro.auditing.libraries.sqlalchemy_engines import engines
from fastapi_pro.auditing.model.call_graph import called, reached

_WHO = re.compile(r"current_|auth|token|admin|permission|require_|verify_|principal")

_IN_THREAD = (
    "A probe engine with `pool_size=1, max_overflow=0, pool_timeout=2`, and the time limits of its"
    " driver"
)
_ON_LOOP = f"{_IN_THREAD}, in a `def` endpoint"


def detect(program: Program) -> Iterator[Hit]:
    """Yield where each health check takes a connection that other requests may want."""
    checks: dict[Node, Endpoint] = {}
    for endpoint in endpoints(program):
        if is_check(endpoint):
            checks.setdefault(endpoint.function, endpoint)
    for check in checks.values():
        place, take = _use(check)
        if place.callee in checks:
            continue  # which is told of that one
        if take and not _asks_who(check) and _is_shared(check, take):
            yield place.hit(
                f"the health check `{check.name}` takes its connection from the pool of the"
                " requests: under load it fails, and it takes connections from requests",
                severity="low" if _has_lighter(check, checks.values()) else "",
                fix=_fix(check, take),
            )


def _fix(check: Endpoint, take: Node) -> str:
    """Return the fix where `asyncio.timeout` stops nothing: the call is of a sync driver."""
    if not check.function.is_coroutine:
        return _IN_THREAD
    return _ON_LOOP if blocks(take) else ""


def _has_lighter(check: Endpoint, checks: Iterable[Endpoint]) -> bool:
    """Say whether people look at a check, `/health/detailed`, and a probe asks no database."""
    lighter = (other for other in checks if is_probe(other) and not _use(other)[1])
    return not is_probe(check) and any(lighter)


def _asks_who(endpoint: Endpoint) -> bool:
    """Say whether an endpoint is for users: probes do not log in."""
    for dependency in endpoint.dependencies:
        kind = dependency.call.argument(0, "dependency").type
        is_scheme = isinstance(kind, str) and kind.startswith("fastapi.security.")
        if is_scheme or _WHO.search(dependency.name):
            return True
    listed = (call.keyword("dependencies") for call in (endpoint.router, endpoint.call))
    return any(_WHO.search(entry.text) for given in listed for entry in given.elements)


def _use(endpoint: Endpoint) -> tuple[Node, Node]:
    """Return where an endpoint gets a connection, and the call that takes it.

    The place is that call, or the call or parameter that leads to it.
    """
    function = endpoint.function
    if own := next(taken(function), None):
        return own, own
    for call, target in called(function):
        if take := _first_taken(target):
            return call, take
    for parameter in endpoint.parameters:
        if parameter.dependency and (take := _first_taken(parameter.dependency.target)):
            return parameter.node, take
    return function.at(None), function.at(None)


def _first_taken(function: Node) -> Node:
    """Return the call that takes a connection, in a function or in what it calls."""
    functions = sorted(reached([function]), key=attrgetter("place"))
    return next((call for f in functions for call in taken(f)), function.at(None))


def _is_shared(check: Endpoint, take: Node) -> bool:
    """Say whether the connections of a health check are those of other endpoints."""
    program = take.program
    others = [endpoint for endpoint in endpoints(program) if not is_check(endpoint)]
    engine = engine_behind(take.owner)
    if engine is None:
        # the engine is out of sight: the dependency that gives the session is the same, perhaps
        targets = {d.target for d in check.dependencies if d.target}
        return any(d.target in targets for other in others for d in other.dependencies)
    if engine.number("pool_size", 5) == 1 or not engine.has_pool:
        return False
    if len(engines(program)) < 2:
        return True
    return any(engine in engines_of(answering(other)) for other in others)
