"""Requests without a short timeout in the forty threads that all plain `def` share."""

import math
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import dependencies, endpoints
from fastapi_pro.auditing.libraries.http_timeouts import DEFAULT, timeout
from fastapi_pro.auditing.libraries.rare_work import is_rare
from fastapi_pro.auditing.libraries.starts import runs_on_lambda
from fastapi_pro.auditing.model.call_graph import find_call
from fastapi_pro.messages import counted

_LONG = 30  # seconds; what answers within them seldom holds many threads


def detect(program: Program) -> Iterator[Hit]:
    """Yield each slow request once, at the first endpoint or dependency that makes it."""
    found: dict[Node, list[tuple[Node, Node]]] = defaultdict(list)
    for function in () if runs_on_lambda(program) else _in_threads(program):
        for call in function.calls:
            if end := call if _is_slow(call) else _slow_inside(call.callee):
                found[end].append((function, call))
    for end, reaching in found.items():
        function, call = next((r for r in reaching if not is_rare(r[0])), reaching[0])
        others = {other.name for other, _ in reaching} - {function.name}
        seconds = timeout(end)
        wait = "without a timeout" if seconds == math.inf else f"up to {seconds:g} s"
        do = "does" if len(others) == 1 else "do"
        also = f" (as {do} {counted(len(others), 'other')})" if others else ""
        yield call.hit(
            f"`{function.name}` waits {wait} for `{end.func.text}` in one of the 40 threads that"
            f" all `def` endpoints share{also}: 40 slow answers stop them all",
            severity="low" if seconds is None or seconds <= _LONG or is_rare(function) else "",
            fix=_fix(end),
            cause=f"requests of {end.module.name}",
        )


def _fix(end: Node) -> str:
    """Return the limit to set; what waits is a plain function, in which nothing is awaited."""
    shorter = "" if timeout(end) == math.inf else " instead"
    return (
        f"`timeout=5` in `{end.func.text}`{shorter}; where the answer takes longer, an `async def`"
        " with `httpx.AsyncClient`"
    )


def _in_threads(program: Program) -> list[Node]:
    """Return the plain functions that FastAPI runs in its threads, each once."""
    functions = {endpoint.function for endpoint in endpoints(program)}
    functions |= {d.target for d in dependencies(program) if d.target.is_function}
    return sorted((f for f in functions if not f.is_coroutine), key=lambda f: f.place)


def _is_slow(call: Node) -> bool:
    return (timeout(call) or 0) > DEFAULT


def _slow_inside(function: Node) -> Node:
    """Return the slow request that a plain function makes or leads to."""
    return function.at(None) if function.is_coroutine else find_call(function, _is_slow)
