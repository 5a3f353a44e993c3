"""Calls that wait for something slow other than the database: HTTP, mail, a hash, an AI model."""

from fastapi_pro.auditing.libraries.library_calls import HASHES, SLOW, SLOW_COROUTINES
from fastapi_pro.auditing.libraries.passwords import is_hash
from fastapi_pro.auditing.libraries.threads import handed_to_thread
from fastapi_pro.auditing.model.node import Node

_LONG = 1  # second; a shorter pause is a retry's or a test's


def slow_await(call: Node) -> str:
    """Return the source of the slow call that a coroutine call waits for, or ""."""
    if call in SLOW_COROUTINES:
        return call.func.dotted or call.called
    if call.member in ("", "sleep") and call.called in ("asyncio.sleep", "anyio.sleep"):
        return call.called if _is_long(call) else ""
    work = handed_to_thread(call)
    return work.dotted if _is_slow_work(work) else ""


def slow_call(call: Node) -> str:
    """Return the source of the slow call that a plain call waits for, or ""."""
    if call in SLOW:
        return call.func.dotted or call.called
    is_pause = call.member in ("", "sleep") and call.called == "time.sleep"
    return call.called if is_pause and _is_long(call) else ""


def _is_long(call: Node) -> bool:
    seconds = call.argument(0, "delay").constant
    return isinstance(seconds, (int, float)) and seconds > _LONG


def _is_slow_work(work: Node) -> bool:
    """Say whether a thread gets a hash or a blocking request to run."""
    if work in SLOW or work in HASHES:
        return True
    function = work.definition
    return function.is_function and any(slow_call(c) or is_hash(c) for c in function.calls)
