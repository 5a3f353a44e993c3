"""Calls that keep their thread waiting, and the coroutines that run while requests are served."""

from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.library_calls import (
    BLOCKING_FUNCTIONS,
    BLOCKING_METHODS,
    LOCAL_METHODS,
)
from fastapi_pro.auditing.libraries.slow_calls import slow_call
from fastapi_pro.auditing.model.call_graph import called, find_call
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_SHORT = 0.05  # seconds of sleep that nobody notices


def blocks(call: Node) -> bool:
    """Say whether a call keeps its thread waiting for something outside the process."""
    return call.program.once(_blocks, call.ast, call)


def _blocks(call: Node) -> bool:
    if call.is_awaited:
        return False
    name = call.called
    if name == "time.sleep":
        seconds = call.argument(0, "secs").constant
        return not (isinstance(seconds, (int, float)) and seconds <= _SHORT)
    if name == "socket.gethostbyname":
        return not any(host.called == "socket.gethostname" for host in call.args)  # /etc/hosts
    return name in BLOCKING_FUNCTIONS or bool(slow_call(call)) or _is_method(call)


def _is_method(call: Node) -> bool:
    member = call.member
    kind = call.owner.type if member else None
    if isinstance(kind, Node):  # a client of the program's own
        is_inherited = any(member in BLOCKING_METHODS.get(base, ()) for base in kind.bases)
        return is_inherited and not kind.method(member)
    if kind in LOCAL_METHODS:
        return member.islower() and member not in LOCAL_METHODS[kind]
    return kind is not None and member in BLOCKING_METHODS.get(kind, ())


@fact
def serving(program: Program) -> list[Node]:
    """Return the functions that run while a request waits, by file and line.

    Beside `request_functions`, coroutines that these await as a method of an object whose class is
    not known, where only one function of the program has that name.
    """
    by_name: dict[str, list[Node]] = defaultdict(list)
    for function in program.functions:
        by_name[function.name].append(function)
    found = set(request_functions(program))
    queue = list(found)
    while queue:
        function = queue.pop()
        targets = [target for _, target in called(function)]
        for call in function.calls:
            named = by_name.get(call.member, []) if call.is_awaited and not call.callee else []
            if len(named) == 1 and named[0].is_coroutine and named[0].parent.is_class:
                targets += named
        for target in targets:
            if target not in found and target.is_function:
                found.add(target)
                queue.append(target)
    return sorted((f for f in found if not f.module.is_test), key=lambda f: f.place)


@fact
def coroutines(program: Program) -> list[Node]:
    """Return the coroutine functions that run while a request waits, by file and line."""
    return [function for function in serving(program) if function.is_coroutine]


def stalls(function: Node) -> Iterator[tuple[Node, Node]]:
    """Yield calls of a coroutine function that block, each with the call that waits in the end.

    Plain functions of the program are followed; coroutines and generators are not.
    """
    for call in function.calls:
        if blocks(call):
            yield call, call
            continue
        target = call.callee
        if not target or target.is_coroutine or target.is_generator or call.is_awaited:
            continue
        if end := find_call(target, blocks):
            yield call, end
