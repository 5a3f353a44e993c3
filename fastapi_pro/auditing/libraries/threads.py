"""The functions that calls run in a thread."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.library_calls import THREADS
from fastapi_pro.auditing.model.node import Node

_MEMBERS = {name.rpartition(".")[2] for name in THREADS}
THREAD_NAMES = _MEMBERS | {"run_in_executor"}
"""The last names of calls that run a function in a thread."""


_LATER = {"add_task", "partial", "call_soon", "call_later", "start_soon", "submit"}
"""The last names of calls that keep a function with its arguments, to be called later."""


def handing_over(function: Node) -> list[Node]:
    """Return calls as they will be made of a function that others are given, with its arguments.

    Such as `save(path, name=name)` of `tasks.add_task(save, path, name=name)`.
    """
    return function.program.once(_handing_over, function.ast, function)


def _handing_over(function: Node) -> list[Node]:
    found: list[Node] = []
    for call in function.program.calls_named(*THREAD_NAMES, *_LATER):
        first = 1 if call.last_name in ("run_in_executor", "call_later") else 0
        given = call.args[first : first + 1]
        if given and given[0].last_name == function.name and given[0].runs == function:
            found += [call.at(made) for made in _made(call.ast, first)]
    return found


def _made(call: ast.AST, first: int) -> Iterator[ast.Call]:
    """Yield the call of the argument at a position with those after it, where it stands."""
    if isinstance(call, ast.Call):
        made = ast.Call(call.args[first], call.args[first + 1 :], call.keywords)
        yield ast.copy_location(made, call)


def handed_to_thread(call: Node) -> Node:
    """Return the function that a call runs in a thread: `run` of `asyncio.to_thread(run)`."""
    member = call.member
    if member == "run_in_executor":
        return call.argument(1, "func")
    is_handed = (not member or member in _MEMBERS) and call.called in THREADS
    return call.argument(0, "func") if is_handed else call.at(None)
