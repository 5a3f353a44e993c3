"""The calls of a query that is written as a chain: `select(User).where(...).limit(1)`."""

from collections.abc import Iterator

from fastapi_pro.auditing.model.node import Node

RUNS = {"exec", "execute", "scalar", "scalars", "stream", "stream_scalars"}
_LONGEST = 60  # calls of a query


def whole(call: Node) -> Node:
    """Return the last call of the chain that a call is part of: that of `first` or `limit`."""
    while call.parent.owner == call and call.parent.parent.func == call.parent:
        call = call.parent.parent
    return call


def chained(query: Node) -> Iterator[Node]:
    """Yield the calls of a query, the last one first, also those of what it is given.

    Names, `await`, and the statement that a session runs are followed:
    `await session.scalar(statement)` gives `scalar`, and the `where` and `select` of the statement.
    """
    waiting = [query]
    for _ in range(_LONGEST):
        if not waiting:
            return
        call = waiting.pop().value.awaited
        if call.is_call:
            yield call
            waiting += [call.owner, *(call.args[:1] if call.member in RUNS else ())]
