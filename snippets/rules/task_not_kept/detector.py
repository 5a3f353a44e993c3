"""A task that is started and that nothing keeps."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.asyncio_tasks import started
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.threads import handed_to_thread
from fastapi_pro.auditing.model import limits

_WAITS = (ast.Await, ast.AsyncFor, ast.AsyncWith, ast.Yield, ast.YieldFrom)
_HOLDING = {
    "anyio.sleep", "anyio.to_thread.run_sync", "asyncio.sleep", "asyncio.to_thread",
    "fastapi.concurrency.run_in_threadpool", "watchfiles.awatch",
}  # fmt: skip
"""Coroutines whose timer or thread keeps what waits for them."""
_TIMERS = {"anyio.sleep", "asyncio.sleep"}
_LOGGED = {"debug", "error", "info", "print", "warning"}
_AT_EXIT = "atexit.register"
_IN_ENDPOINT = "Give it to `BackgroundTasks`, or keep the task in a set until it is done"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that start a task whose result is dropped."""
    answering = {endpoint.function for endpoint in http_endpoints(program)}
    for call in started(program):
        if call.module.is_tool or _is_at_end(call.function) or not _is_dropped(call):
            continue
        if _is_task(call) or _is_held(call):
            continue
        work = call.argument(0, "coro").func
        name = work.dotted or work.last_name
        task = f"the task of `{name}`" if name else "this task"
        when = (
            " as soon as it waits for more than a timer,"
            if _is_stand_in(_given(call).callee)
            else ""
        )
        yield call.hit(
            f"nothing holds a reference to {task}:{when} the garbage collector may"
            " remove it before it is done, and its work stops without an error",
            fix=_IN_ENDPOINT if call.function in answering else "",
            cause=f"tasks of {call.module.name}",
        )


def _is_at_end(function: Node) -> bool:
    """Say whether a function runs where an object or the process ends, by when no loop runs."""
    registered = (*function.decorators, *function.program.calls_of(_AT_EXIT))
    return function.name == "__del__" or any(
        given.definition == function or given.library_name == _AT_EXIT
        for place in registered
        for given in (place, place.argument(0, "func"))
    )


def _is_task(call: Node) -> bool:
    """Say whether `ensure_future` is given a task or future, which it gives back as it is."""
    given = call.argument(0, "coro_or_future")
    if call.last_name != "ensure_future" or given.is_call:
        return False
    made = given.value
    return not (made.is_call and made.callee.is_coroutine)


def _is_held(call: Node) -> bool:
    """Say whether the loop holds the task: all that it waits for is a timer or a thread.

    Or it waits for nothing: it is done in the one step for which it stands in line.
    """
    return _holds(_given(call))


def _given(call: Node) -> Node:
    """Return the coroutine or the future that a call makes a task of."""
    return (call.argument(0, "coro") or call.keyword("coro_or_future")).value


def _holds(given: Node, depth: int = 0) -> bool:
    """Say whether what a coroutine waits for, if anything, keeps it."""
    if given.called in _HOLDING or handed_to_thread(given):
        return True
    work = given.callee
    if not work or depth > limits.CALLS or _is_stand_in(work):
        return False
    waits = [work.at(_awaited(node.ast)) for node in work.own(*_WAITS)]
    is_one_step = work.is_coroutine and bool(work.calls) and not _loops(work)
    return (bool(waits) or is_one_step) and all(
        wait.is_call and _holds(wait, depth + 1) for wait in waits
    )


def _is_stand_in(work: Node) -> bool:
    """Say whether a coroutine is written for work to come: it sleeps once, and logs at most."""
    calls = work.calls if work.is_coroutine else []
    timers = [call for call in calls if call.called in _TIMERS]
    logged = [call for call in calls if call.last_name in _LOGGED]
    is_once = len(timers) == 1 and not work.own(ast.While, ast.For)
    return is_once and len(work.own(*_WAITS)) == 1 and len(timers) + len(logged) == len(calls)


def _loops(work: Node) -> bool:
    """Say whether a comprehension waits: `[row async for row in rows]`."""
    return any(getattr(part.ast, "is_async", 0) for part in work.own(ast.comprehension))


def _awaited(node: ast.AST) -> ast.AST | None:
    """Return what a statement or expression waits for, if that is one thing."""
    match node:
        case ast.Await(value=value) | ast.AsyncFor(iter=value):
            return value
    return None


def _is_dropped(call: Node) -> bool:
    """Say whether the result is a statement's, or is in a variable that ends with the function."""
    parent = call.parent
    if isinstance(parent.ast, (ast.ListComp, ast.SetComp)) and parent.ast.elt is call.ast:
        parent = parent.parent
    elif parent.member == "add_done_callback":
        parent = parent.parent.parent
    if isinstance(parent.ast, ast.Expr):
        return True
    return parent.assigned == call and _is_forgotten(parent)


def _is_forgotten(assignment: Node) -> bool:
    """Say whether a function sets a variable, never reads it, and does not wait after that."""
    function, targets = assignment.function, assignment.targets
    if not function or len(targets) != 1 or not targets[0].name:
        return False
    name = targets[0].name
    if any(n.name == name and not n.is_target for n in function.walk(ast.Name)):
        return False
    is_shared = any(name in node.ast.names for node in function.own(ast.Global, ast.Nonlocal))  # type: ignore[attr-defined]
    waits = function.own(*_WAITS)
    return not is_shared and not any(w.position > assignment.position for w in waits)
