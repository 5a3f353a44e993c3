"""Tasks of asyncio: where they are started."""

from collections.abc import Iterator

from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program

_STARTS = ("asyncio.create_task", "asyncio.ensure_future")
_LOOPS = {"asyncio.get_event_loop", "asyncio.get_running_loop", "asyncio.new_event_loop"}


def started(program: Program) -> Iterator[Node]:
    """Yield the calls that start a task which no task group waits for."""
    yield from program.calls_of(*_STARTS)
    yield from (call for call in program.calls_named("create_task") if _is_loop(call.owner))


def _is_loop(owner: Node) -> bool:
    return owner.last_name.strip("_").endswith("loop") or owner.value.called in _LOOPS
