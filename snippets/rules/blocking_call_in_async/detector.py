"""Synchronous calls in coroutines that serve requests."""

from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.blocking_calls import (
    JOBS,
    coroutines,
    is_read_here,
    severity,
    stalls,
)
from fastapi_pro.auditing.libraries.known_types import SESSIONS
from fastapi_pro.auditing.libraries.library_calls import LOCAL
from fastapi_pro.auditing.libraries.rare_work import is_rare
from fastapi_pro.auditing.model.library_types import CURSOR, QUERY
from fastapi_pro.messages import counted

_LONGEST = 40  # characters of what is called
_RANKS = {"": 0, "medium": 1, "low": 2}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the worst blocking call of each coroutine function; a shared helper's once."""
    found: dict[Node, list[tuple[Node, Node]]] = {}
    calling: dict[Node, set[str]] = defaultdict(set)
    for function in coroutines(program):
        worst_first = sorted(stalls(function), key=lambda stall: _RANKS[severity(stall[1])])
        for _, end in worst_first:
            calling[end].add(function.name)
        for call, end in worst_first:
            is_new = end not in found
            found.setdefault(end, []).append((function, call))
            if is_new:
                break
    for end, reaching in found.items():
        function, call = next((r for r in reaching if not is_rare(r[0])), reaching[0])
        runs = "reads the rows of" if is_read_here(end) else "calls"
        through = f", called through `{_written(call)}`," if call != end else ","
        where = f" in line {end.line} of {end.module.path.name}" if call != end else ""
        count = len(calling[end] - {function.name})
        do = "does" if count == 1 else "do"
        also = f" (and so {do} {counted(count, 'other coroutine')})" if count else ""
        yield call.hit(
            f"`async def {function.name}` {runs} `{_written(end)}`{where}{through}"
            f" which blocks the event loop{also}: no other request is served meanwhile",
            severity="low" if is_rare(function) else severity(end),
            fix=f"`await asyncio.to_thread({_written(end)}, …)`" if end.member in JOBS else "",
            cause=_cause(end),
        )


def _cause(end: Node) -> str:
    """Return what is to be replaced: a session, or what is called of which library."""
    if end in LOCAL:
        return f"sqlite3 in {end.module.name}"
    if end.member in JOBS:
        return "jobs for a broker"
    if end.is_a(CURSOR):
        return "cursors of pymongo"
    if end.is_a(QUERY) or end.owner.is_a(*SESSIONS, QUERY):
        return "a sync Session in `async def`"
    owner = end.called or (end.owner.type if isinstance(end.owner.type, str) else "")
    return f"`{end.last_name}` of {owner.partition('.')[0] or end.module.name}"


def _written(call: Node) -> str:
    """Return what is called, cut where it is long."""
    text = call.text if is_read_here(call) else call.func.text
    if len(text) <= _LONGEST and "\n" not in text:
        return text
    first = call.owner
    while first.owner.is_call:
        first = first.owner
    short = f"{first.text}….{call.member}"  # of a query what it asks for, and what runs it
    return short if first.is_call and len(short) <= 2 * _LONGEST else f"…{text[-38:]}"
