"""What includes a router: `include_router`, with options that count for all of its endpoints."""

from collections import defaultdict
from collections.abc import Callable, Iterator

from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact


def options(router: Node, name: str, depth: int = 0) -> Iterator[Node]:
    """Yield an option of a router, and of what includes it, from the inside out.

    A router that is included twice has what is outside of it once with other options, perhaps.
    """
    yield router.keyword(name)
    calls = including(router) if depth < limits.CALLS else []
    if len(calls) == 1:
        yield calls[0].keyword(name)
        yield from options(calls[0].owner.value, name, depth + 1)


def including(router: Node) -> list[Node]:
    """Return the calls of `include_router` that include a router."""
    return _calls_by_router(router.program).get(router, [])


def with_included(
    routers: set[Node], program: Program, counts: Callable[[Node], bool]
) -> set[Node]:
    """Return routers, and what one of them includes or a call that `counts`, directly or not."""
    found = set(routers)
    for _ in range(limits.CALLS):
        added = {
            inner for call, outer, inner in _includes(program) if counts(call) or outer in found
        }
        if added <= found:
            break
        found |= added
    return found


@fact
def _includes(program: Program) -> list[tuple[Node, Node, Node]]:
    """Return the calls that include a router, with the router that includes, and the included."""
    return [
        (call, call.owner.value, call.argument(0, "router").value)
        for call in program.calls_named("include_router")
    ]


@fact
def _calls_by_router(program: Program) -> dict[Node, list[Node]]:
    found: dict[Node, list[Node]] = defaultdict(list)
    for call, _, router in _includes(program):
        if router:
            found[router].append(call)
    return found
