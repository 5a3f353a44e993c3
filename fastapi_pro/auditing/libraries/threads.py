"""The functions that calls run in a thread."""

from fastapi_pro.auditing.libraries.library_calls import THREADS
from fastapi_pro.auditing.model.node import Node

_MEMBERS = {name.rpartition(".")[2] for name in THREADS}
THREAD_NAMES = _MEMBERS | {"run_in_executor"}
"""The last names of calls that run a function in a thread."""


def handed_to_thread(call: Node) -> Node:
    """Return the function that a call runs in a thread: `run` of `asyncio.to_thread(run)`."""
    member = call.member
    if member == "run_in_executor":
        return call.argument(1, "func")
    is_handed = (not member or member in _MEMBERS) and call.called in THREADS
    return call.argument(0, "func") if is_handed else call.at(None)
