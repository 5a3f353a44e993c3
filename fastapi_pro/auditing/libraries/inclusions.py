"""What includes a router: `include_router`, with options that count for all of its endpoints."""

from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact


def options(router: Node, name: str, depth: int = 0) -> Iterator[Node]:
    """Yield an option of a router, and of what includes it, from the inside out.

    A router that is included twice has what is outside of it once with other options, perhaps.
    """
    yield router.keyword(name)
    calls = _inclusions(router.program).get(router, []) if depth < limits.CALLS else []
    if len(calls) == 1:
        yield calls[0].keyword(name)
        yield from options(calls[0].owner.value, name, depth + 1)


@fact
def _inclusions(program: Program) -> dict[Node, list[Node]]:
    """Return the calls of `include_router` by the router that they include."""
    found: dict[Node, list[Node]] = defaultdict(list)
    for call in program.calls_named("include_router"):
        if router := call.argument(0, "router").value:
            found[router].append(call)
    return found
