"""The connections of one process to its clients: the WebSockets and queues that it keeps."""

import ast

from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.process_state import Change
from fastapi_pro.auditing.model.node import Node

_CHANNELS = ("fastapi.WebSocket", "asyncio.Queue")


def is_channel(change: Change) -> bool:
    """Say whether a kept value is the connection to one client: a WebSocket, a queue."""
    keys = [target.index for target in change.node.targets] if change.kind == "store" else []
    return any(part.is_a(*_CHANNELS) for part in (change.value, *keys))


def is_sent_through(change: Change) -> bool:
    """Say whether a request sends to clients that other requests of this process have connected.

    A task that runs in each process does not count: it may get its messages from outside.
    """
    for function in request_functions(change.function.program):
        for loop in function.own(ast.For, ast.AsyncFor, ast.comprehension):
            looped = loop.at(getattr(loop.ast, "iter", None))
            is_of_it = any(
                part.dotted.rpartition(".")[2] == change.name
                for part in looped.walk(ast.Name, ast.Attribute)
            )
            if is_of_it and _calls_each(loop):
                return True
    return False


def _calls_each(loop: Node) -> bool:
    """Say whether a loop calls its elements or passes them on: one that counts them sends nothing.

    A comprehension's result is used after it.
    """
    if isinstance(loop.ast, ast.comprehension):
        loop = loop.parent
    names = {name.name for name in loop.walk(ast.Name) if not name.is_read}
    for call in loop.walk(ast.Call):
        used = [call.owner, *call.given]
        if any(part.name in names for value in used for part in value.walk(ast.Name)):
            return True
    return False
