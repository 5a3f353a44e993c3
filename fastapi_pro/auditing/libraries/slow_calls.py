"""Calls that wait for something slow that is not the database: HTTP, mail, a hash, a model."""

from collections.abc import Collection, Mapping

from fastapi_pro.auditing.libraries.library_calls import (
    ASKS,
    ASYNC_MODELS,
    MODELS,
    SLOW_COROUTINE_METHODS,
    SLOW_COROUTINES,
    SLOW_FUNCTIONS,
    SLOW_METHODS,
)
from fastapi_pro.auditing.libraries.passwords import hashes, is_hash
from fastapi_pro.auditing.libraries.threads import handed_to_thread
from fastapi_pro.auditing.model.node import Node

_METHODS = ASKS.union(*SLOW_METHODS.values(), *SLOW_COROUTINE_METHODS.values())
_NAMES = _METHODS | {
    "run_in_executor", "run_in_threadpool", "run_sync", "send", "sleep", "to_thread", "urlopen",
}  # fmt: skip
_LONG = 1  # second; a shorter pause is a retry's or a test's


def slow_await(call: Node) -> str:
    """Return what a coroutine call waits long for, as it is written, or ""."""
    if not _may_wait(call):
        return ""
    name = call.called
    if name in ("asyncio.sleep", "anyio.sleep") and _is_long(call):
        return name
    if name in SLOW_COROUTINES or _is_method(call, SLOW_COROUTINE_METHODS, ASYNC_MODELS):
        return call.func.dotted or name
    work = handed_to_thread(call)
    return work.dotted if _is_slow_work(work) else ""


def slow_call(call: Node) -> str:
    """Return what a plain call waits long for, as it is written, or ""."""
    if not _may_wait(call):
        return ""
    name = call.called
    if name == "time.sleep" and _is_long(call):
        return name
    is_slow = name in SLOW_FUNCTIONS or _is_method(call, SLOW_METHODS, MODELS)
    return (call.func.dotted or name) if is_slow else ""


def _may_wait(call: Node) -> bool:
    return not call.member or call.member in _NAMES


def _is_long(call: Node) -> bool:
    seconds = call.argument(0, "delay").constant
    return isinstance(seconds, (int, float)) and seconds > _LONG


def _is_method(call: Node, methods: Mapping[str, Collection[str]], models: Collection[str]) -> bool:
    owner = call.owner
    kind = owner.type
    if isinstance(kind, str) and call.member in methods.get(kind, ()):
        return True
    if call.member not in ASKS:
        return False
    while owner and owner.type not in models:  # client.chat.completions
        owner = owner.at(None) if owner.is_call else owner.owner
    return bool(owner)


def _is_slow_work(work: Node) -> bool:
    """Say whether what a thread is given is a hash or a blocking request."""
    if work.library_name in SLOW_FUNCTIONS or hashes(work):
        return True
    function = work.definition
    return function.is_function and any(slow_call(c) or is_hash(c) for c in function.calls)
