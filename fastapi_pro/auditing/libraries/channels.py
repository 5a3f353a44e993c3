"""The connections of one process to its clients: the WebSockets and queues that it keeps."""

import ast

from fastapi_pro.auditing.libraries.fastapi_requests import request_functions, roots
from fastapi_pro.auditing.libraries.process_state import Change, variable
from fastapi_pro.auditing.model.call_graph import called
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_TASKS = {"create_task", "ensure_future"}
_CHANNELS = ("fastapi.WebSocket", "asyncio.Queue")


def is_channel(change: Change) -> bool:
    """Say whether a kept value is the connection to one client: a WebSocket, a queue."""
    keys = [target.index for target in change.node.targets] if change.kind == "store" else []
    return any(part.is_a(*_CHANNELS) for part in (change.value, *keys))


def is_sent_through(change: Change) -> bool:
    """Say whether a request sends to clients that other requests of this process have connected.

    A task that runs in each process does not count: it may get its messages from outside.
    """
    for function in _sending(change.function.program):
        for loop in function.own(ast.For, ast.AsyncFor, ast.comprehension):
            looped = loop.at(getattr(loop.ast, "iter", None))
            is_of_it = any(
                part.dotted.rpartition(".")[2] == change.name and not _is_of_another(part, change)
                for part in looped.walk(ast.Name, ast.Attribute)
            )
            if is_of_it and _calls_each(loop):
                return True
    return False


@fact
def _sending(program: Program) -> list[Node]:
    """Return the functions that run for requests, without tasks that go on in each process.

    A request may start such a task, which asks for what is new and sends it.
    """
    found: dict[Node, None] = {}
    queue = [function for function in roots(program) if function in request_functions(program)]
    while queue:
        function = queue.pop()
        if function not in found:
            found[function] = None
            queue += [target for call, target in called(function) if not _goes_on(call)]
    return list(found)


def _goes_on(call: Node) -> bool:
    """Say whether a call makes a task that runs until somebody ends it."""
    return call.parent.last_name in _TASKS and any(
        loop.test.literal for loop in call.callee.own(ast.While)
    )


def _is_of_another(container: Node, change: Change) -> bool:
    """Say whether a container of the same name is another's: of a class, of a module."""
    if not change.owner:
        found = variable(container)
        return bool(found) and change.kept is not None and found != change.kept.made
    if bound := container.bound:  # a variable, perhaps with a copy of it
        held = container.at(bound.node)
        return bound.kind == "assign" and all(
            attribute.member != change.name for attribute in held.walk(ast.Attribute)
        )
    cls = container.owner.type_class
    return bool(cls) and change.owner not in cls.lineage and cls not in change.owner.lineage


def _calls_each(loop: Node) -> bool:
    """Say whether a loop calls its elements or passes them on: one that counts them sends nothing.

    Nor does `len(sockets)`. A comprehension's result is used after it.
    """
    if isinstance(loop.ast, ast.comprehension):
        loop = loop.parent
    names = {name.name for name in loop.walk(ast.Name) if not name.is_read}
    for call in loop.walk(ast.Call):
        used = [] if call.called.startswith("builtins.") else [call.owner, *call.given]
        if any(part.name in names for value in used for part in value.walk(ast.Name)):
            return True
    return False
