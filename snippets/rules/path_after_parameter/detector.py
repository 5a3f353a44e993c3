"""An endpoint whose path an earlier endpoint matches, by its own router or by an included one."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import Endpoint, endpoints

_DEPTH = 8  # of routers that include each other
_PARAMETER = re.compile(r"\{\w+(?::(str|path))?\}")


@dataclass(frozen=True, slots=True)
class _Route:
    """An endpoint as a router has it: `declared` is the decorator, or the `include_router`."""

    endpoint: Endpoint
    declared: Node
    path: str
    methods: frozenset[str]


def detect(program: Program) -> Iterator[Hit]:
    """Yield each endpoint in whose place an earlier one answers, once."""
    found: set[Node] = set()
    for router in _declared(program):
        routes = _routes(router)
        early = [route for route in routes if "{" in route.path]
        for late in routes:
            if late.endpoint.call in found:
                continue
            for first in early:
                if _is_asked_first(first, late) and _takes(first, late):
                    found.add(late.endpoint.call)
                    yield late.endpoint.call.hit(
                        f"`{first.endpoint.name}` answers `{late.path}`, as its `{first.path}` is"
                        f" asked before `{late.endpoint.name}`",
                    )
                    break


@fact
def _declared(program: Program) -> dict[Node, list[Endpoint | Node]]:
    """Return what each router is given: endpoints, and calls of `include_router`."""
    found: dict[Node, list[Endpoint | Node]] = defaultdict(list)
    for endpoint in endpoints(program):
        if endpoint.router:
            found[endpoint.router].append(endpoint)
    for call in program.calls_named("include_router"):
        if call.owner.value:
            found[call.owner.value].append(call)
    return found


def _routes(router: Node, depth: int = 0) -> list[_Route]:
    """Return the routes of a router whose path is known; included ones have their prefix."""
    found: list[_Route] = []
    for declared in _declared(router.program).get(router, ()):
        if isinstance(declared, Endpoint):
            path = declared.path
            if path is not None:
                found.append(_Route(declared, declared.call, path, _methods(declared)))
            continue
        inner = declared.argument(0, "router").value
        prefix = _prefix(inner, declared)
        if prefix is None or depth > _DEPTH:
            continue
        for route in _routes(inner, depth + 1):
            path = prefix + route.path
            found.append(_Route(route.endpoint, declared, path, route.methods))
    return found


def _prefix(router: Node, call: Node) -> str | None:
    """Return what comes before the paths of an included router, None where it is not known."""
    parts = [given.constant for at in (call, router) if (given := at.keyword("prefix"))]
    known = [part for part in parts if isinstance(part, str)]
    return "".join(known) if len(known) == len(parts) and not call.has_unpacking else None


def _methods(endpoint: Endpoint) -> frozenset[str]:
    if endpoint.method not in ("api_route", "add_api_route", "add_route"):
        return frozenset({endpoint.method})
    listed = endpoint.call.keyword("methods")
    named = {str(method.literal).lower() for method in listed.elements}
    return frozenset(named if listed else {"get"})


def _is_asked_first(early: _Route, late: _Route) -> bool:
    """Say whether one is declared above the other, in one function or at the top of a module."""
    first, second = early.declared, late.declared
    is_together = first.module is second.module and _scope(early) == _scope(late)
    return is_together and first.position < second.position


def _scope(route: _Route) -> Node:
    if route.declared.member == "include_router":
        return route.declared.function
    holder = route.endpoint.function if route.declared.parent.is_function else route.declared
    return holder.function


def _takes(early: _Route, late: _Route) -> bool:
    """Say whether an endpoint gets the requests of another, whose path is one of its values."""
    if not early.methods & late.methods:
        return False
    patterns, parts = early.path.split("/"), late.path.split("/")
    taken = []
    for number, pattern in enumerate(patterns):
        parameter = _PARAMETER.fullmatch(pattern)
        if parameter and parameter[1] == "path":
            return number == len(patterns) - 1 and len(parts) > number
        if number >= len(parts):
            return False
        part = parts[number]
        if parameter and part and "{" not in part:
            taken.append(part)
        elif not (parameter and _PARAMETER.fullmatch(part)) and pattern != part:
            return False
    return len(patterns) == len(parts) and bool(taken) and not _knows(early.endpoint, taken)


def _knows(endpoint: Endpoint, values: list[str]) -> bool:
    """Say whether an endpoint itself looks for such a value: `if user_id == "me"`."""
    constants = {node.literal for node in endpoint.function.own()}
    return any(value in constants for value in values)
