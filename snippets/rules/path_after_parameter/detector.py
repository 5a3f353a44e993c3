"""An endpoint whose path an earlier endpoint matches, by its own router or by an included one."""

import ast
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import Endpoint, endpoints, is_app
from fastapi_pro.auditing.model.flow import reaches

_DEPTH = 8  # of routers that include each other
_PARAMETER = re.compile(r"\{\w+(?::(str|path))?\}")
_ANY, _REST = "{}", "{:path}"
_SAME = "Remove one of the two: their paths match the same requests"


@dataclass(frozen=True, slots=True)
class _Route:
    """An endpoint as a router has it: `declared` is the decorator, or the `include_router`."""

    endpoint: Endpoint
    declared: Node
    path: str
    methods: frozenset[str]
    parts: tuple[str, ...]
    """The path between its slashes; "{}" is any text, "{:path}" the rest of the path."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield each endpoint in whose place an earlier one answers, once."""
    found: set[Node] = set()
    for router in _declared(program):
        routes = _routes(router) if router in _served(program) else list(_own_routes(router))
        taken = _taken(routes)
        for late, first in taken.items():
            if late.endpoint.call in found:
                continue
            found.add(late.endpoint.call)
            other = _free(late, routes, taken)
            yield late.endpoint.call.hit(
                f"`{first.endpoint.name}` answers `{late.path}`: its path `{first.path}` is"
                f" matched before `{late.endpoint.name}`"
                + (f", which answers only `{other.path}`" if other is not None else ""),
                severity="low" if other is not None else "",
                fix=_SAME if late.parts == first.parts else "",
            )


def _taken(routes: list[_Route]) -> dict[_Route, _Route]:
    """Return the routes in whose place an earlier one answers, and that one."""
    by_length: dict[tuple[str, int], list[_Route]] = defaultdict(list)
    for route in routes:
        if _ANY in route.parts:
            by_length[route.declared.module.name, len(route.parts)].append(route)
    copies: dict[tuple[Node, str], list[_Route]] = defaultdict(list)
    for route in routes:
        copies[route.endpoint.call, route.path].append(route)
    whole = [route for route in routes if route.parts[-1] == _REST]
    found = {}
    for late in routes:
        alike = by_length.get((late.declared.module.name, len(late.parts)), ())
        earlier = (one for one in (*alike, *whole) if _takes(one, late))
        first = next((one for one in earlier if _is_asked_first(one, late)), None)
        if first is not None and not any(
            _is_asked_first(copy, first)
            or (copy.declared == first.declared and routes.index(copy) < routes.index(first))
            for copy in copies[late.endpoint.call, late.path]
            if copy is not late  # a router that is included twice keeps its order
        ):
            found[late] = first
    return found


def _free(late: _Route, routes: list[_Route], taken: Collection[_Route]) -> _Route | None:
    """Return another route of the same function, by which it does answer."""
    function = late.endpoint.function
    others = (r for r in routes if r.endpoint.function == function and r.path != late.path)
    return next((r for r in others if r.methods & late.methods and r not in taken), None)


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


@fact
def _served(program: Program) -> set[Node]:
    """Return the applications, and the routers that one of them includes, directly or not."""
    calls = list(program.calls_named("include_router"))
    found = {call.owner.value for call in calls if is_app(call.owner)}
    queue = list(found)
    while queue:
        for declared in _declared(program).get(queue.pop(), ()):
            inner = declared.argument(0, "router").value if isinstance(declared, Node) else None
            if inner and inner not in found:
                found.add(inner)
                queue.append(inner)
    return found


def _own_routes(router: Node) -> Iterator[_Route]:
    """Yield what is declared on a router itself, where the path is known."""
    for declared in _declared(router.program).get(router, ()):
        if isinstance(declared, Endpoint) and declared.path is not None:
            path = declared.path
            yield _Route(declared, declared.call, path, _methods(declared), _parts(path))


def _routes(router: Node, depth: int = 0) -> list[_Route]:
    """Return the routes of a router whose path is known; included ones have their prefix."""
    found = list(_own_routes(router))
    for declared in _declared(router.program).get(router, ()):
        if isinstance(declared, Endpoint) or depth > _DEPTH:
            continue
        inner = declared.argument(0, "router").value
        prefix = _prefix(inner, declared)
        for route in _routes(inner, depth + 1) if prefix is not None else ():
            path = f"{prefix}{route.path}"
            found.append(_Route(route.endpoint, declared, path, route.methods, _parts(path)))
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
    """Say whether one is declared above the other, in one function or at the top of a module.

    And not in another branch: `if` includes the one router, `else` the other.
    """
    first, second = early.declared, late.declared
    is_together = first.module is second.module and _scope(early) == _scope(late)
    is_before = is_together and first.position < second.position
    are_included = first.member == second.member == "include_router"
    return is_before and (not are_included or reaches(first, second))


def _scope(route: _Route) -> Node:
    if route.declared.member == "include_router":
        return route.declared.function
    holder = route.endpoint.function if route.declared.parent.is_function else route.declared
    return holder.function


def _parts(path: str) -> tuple[str, ...]:
    found = []
    for part in path.split("/"):
        parameter = _PARAMETER.fullmatch(part)
        found.append(part if parameter is None else _REST if parameter[1] == "path" else _ANY)
    return tuple(found)


def _takes(early: _Route, late: _Route) -> bool:
    """Say whether an endpoint gets the requests of another, whose path is one of its values."""
    taken = []
    for pattern, part in zip(early.parts, late.parts, strict=False):
        if pattern == _REST:
            return len(late.parts) >= len(early.parts) and bool(early.methods & late.methods)
        if pattern == _ANY and part and "{" not in part:
            taken.append(part)
        elif pattern != part:
            return False
    if not taken or len(early.parts) != len(late.parts) or not early.methods & late.methods:
        return False
    if _knows(early.endpoint, taken):
        return False
    return not _does_the_same(early.endpoint.function, late.endpoint.function, taken)


def _knows(endpoint: Endpoint, values: list[str]) -> bool:
    """Say whether an endpoint itself looks for such a value: `if user_id == "me"`."""
    constants = {node.literal for node in endpoint.function.own()}
    return any(value in constants for value in values)


def _does_the_same(early: Node, late: Node, taken: list[str]) -> bool:
    """Say whether what a later endpoint does is what the earlier one does with these values.

    The later calls the earlier, or both only return a call, which gets the value as a text.
    """
    first, second = _returned(early), _returned(late)
    if second.callee == early:
        return any(given.literal in taken for given in second.given)
    if not first.is_call or first.func.text != second.func.text:
        return False
    pairs = list(zip(first.given, second.given, strict=False))
    is_whole = len(first.given) == len(second.given)
    return is_whole and all(a.text == b.text or (a.name and b.literal in taken) for a, b in pairs)


def _returned(function: Node) -> Node:
    """Return what a function returns that does nothing else."""
    body = [s for s in function.body if not isinstance(getattr(s.ast, "value", 0), ast.Constant)]
    is_one = len(body) == 1 and isinstance(body[0].ast, ast.Return)
    return function.returned[0].awaited if is_one and function.returned else function.at(None)
