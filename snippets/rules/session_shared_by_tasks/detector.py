"""One session in several tasks at once."""

import ast
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.kept_sessions import identity, kept
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    Session,
    captured,
    is_async_session,
)
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.flow import reaches
from fastapi_pro.auditing.model.library_types import (
    ASYNC_CONNECTION,
    ASYNC_SESSION,
    ASYNCPG,
    COROUTINES,
)

_QUERIES = COROUTINES | {"executemany", "fetch", "fetchmany", "fetchrow", "fetchval"}
_GATHERS = {"asyncio.gather", "asyncio.wait", "asyncio.as_completed"}
_STARTS = {"asyncio.create_task", "asyncio.ensure_future"}
_STARTED = ("create_task", "ensure_future")
_METHODS = {"create_task", "start_soon"}
_NAMES = {"gather", "wait", "as_completed", "ensure_future", *_METHODS}
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_COMPREHENSIONS = (ast.ListComp, ast.GeneratorExp, ast.SetComp)
_LISTED = (ast.List, ast.Tuple, ast.ListComp, ast.Call)


@dataclass(frozen=True)
class _Used:
    """A session that a task uses: how it is called, and where it comes from, if that is known."""

    name: str
    source: Node | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Used) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    @property
    def _key(self) -> object:
        return self.source or self.name


def detect(program: Program) -> Iterator[Hit]:
    """Yield the `gather` of tasks that use one session, or the task that is the second to do so."""
    for function in program.functions_calling(*_NAMES):
        if not function.is_coroutine:
            continue
        started: dict[_Used, list[Node]] = defaultdict(list)
        for call in function.calls:
            if call.member not in _NAMES and not call.func.name:
                continue
            if call.called in _GATHERS:
                if shared := _shared(call):
                    yield call.hit(_message(shared, "these tasks"))
            elif call.called in _STARTS or call.member in _METHODS:
                for session in sorted(_of_start(call), key=lambda used: used.name):
                    started[session].append(call)
        for session, calls in started.items():
            if second := next(_beside(calls), None):
                yield second.hit(_message(session.name, "several tasks that run at once"))
                break


def _message(session: str, who: str) -> str:
    return (
        f"`{session}` is shared by {who}: a session runs one query at a time, and raises when a"
        " task writes or must wait for a connection"
    )


def _shared(gather: Node) -> str:
    """Return the session that two or more of the gathered coroutines use."""
    counts: dict[_Used, int] = defaultdict(int)
    for given in gather.args:
        for value in given.elements or [given]:
            for task, times in _tasks(value, set()):
                for session in _of_task(gather.function, task):
                    counts[session] += times
    return next((session.name for session, count in counts.items() if count > 1), "")


def _tasks(value: Node, seen: set[str]) -> Iterator[tuple[Node, int]]:
    """Yield the coroutines that an argument stands for; 2 for one that is made in a loop.

    `seen` has the lists that were asked: one may be filled from itself.
    """
    match value.ast:
        case ast.Starred(value=inner):
            yield from _tasks(value.at(inner), seen)
        case ast.GeneratorExp(elt=each) | ast.ListComp(elt=each) | ast.SetComp(elt=each):
            yield from _made(value.at(each), 2, seen)
        case ast.Call() if value.called == "builtins.map" and len(value.args) > 1:
            func, *given = value.args
            yield value.at(ast.Call(func.ast, [one.ast for one in given], [])), 2
        case ast.Call():
            yield from _made(value, 1, seen)
        case ast.List() | ast.Tuple():
            for element in value.elements:
                yield from _made(element, 1, seen)
        case ast.Name(id=name) if name not in seen:
            seen.add(name)
            made = value.value
            if made.module is value.module and isinstance(made.ast, _LISTED):
                yield from _tasks(made, seen)
            for call in value.function.calls:
                if call.member == "append" and call.owner.dotted == value.name:
                    for task in call.args[:1]:
                        yield from _made(task, 2 if _is_repeated(call) else 1, seen)


def _made(task: Node, times: int, seen: set[str]) -> Iterator[tuple[Node, int]]:
    """Yield a coroutine; of `ensure_future(c)` in a loop over a list those that are in the list."""
    inner = task.args[0] if task.last_name in _STARTED and task.args else task
    bound = inner.bound
    if bound is not None and bound.kind == "for":
        yield from _tasks(inner.at(bound.node), seen)
    else:
        yield task, times


def _is_repeated(node: Node) -> bool:
    """Say whether a node is in a loop or comprehension of its function."""
    inside = itertools.takewhile(lambda above: not above.is_function, node.ancestors)
    return any(isinstance(above.ast, (*_LOOPS, *_COMPREHENSIONS)) for above in inside)


def _of_start(call: Node) -> set[_Used]:
    """Return the sessions that `create_task(f(session))` or `start_soon(f, session)` uses."""
    match call.ast:
        case ast.Call(args=[function, *given]) if call.last_name == "start_soon":
            return _of_task(call.function, call.at(ast.Call(function, given, [])))
        case ast.Call(args=[task, *_]):
            return _of_task(call.function, call.at(task))
    return set()


def _of_task(function: Node, task: Node) -> set[_Used]:
    """Return the sessions of this function that a coroutine uses."""
    if task.last_name in ("create_task", "ensure_future") and task.args:
        return _of_task(function, task.args[0])
    if task.is_call and task.member in _QUERIES and _takes_turns(task.owner):
        return {_Used(name) for name in {task.owner.dotted} - {""}}
    target = task.callee
    if _locks(target):
        return set()
    found = {_Used(value.dotted) for value in task.given if _uses_given(task, value)}
    if target.module is task.module and task.func.name:
        for outer, session in captured(target):
            is_used = outer == function and Session(target, session.name).is_used(COROUTINES)
            if is_used and is_async_session(session):
                found.add(_Used(session.name))
    if target.is_coroutine and task.owner.dotted and _uses_own(target):
        found.add(_of_object(task.owner))
    return found


def _of_object(owner: Node) -> _Used:
    """Return the session that an object keeps; two objects may keep one."""
    found = list(kept(owner))
    if owner.owner and any(session.owner.name == "self" for session in found):
        return _Used(f"{owner.owner.dotted}'s session")  # of what made this object, and others
    sessions = {identity(session) for session in found}
    name = f"{owner.dotted}'s session"
    return _Used(name, sessions.pop()) if len(sessions) == 1 else _Used(name)


def _uses_given(task: Node, value: Node) -> bool:
    """Say whether a coroutine uses a session that it is given, or may do so."""
    if not value.dotted or not _takes_turns(value) or not _is_outer(value):
        return False
    inner = list(Session(task.function, value.dotted).handed_to(task))
    return not inner or any(session.is_used(_QUERIES) for session in inner)


def _takes_turns(expr: Node) -> bool:
    """Say whether an expression is a session or connection that runs one query at a time."""
    return expr.is_a(ASYNC_SESSION, ASYNC_CONNECTION, ASYNCPG)


def _is_outer(session: Node) -> bool:
    """Say whether a session was there before the task, not made by the comprehension or loop."""
    while session.owner:
        session = session.owner
    binding = session.bound
    if binding is None or binding.kind not in ("param", "assign", "with"):
        return False
    return not _is_repeated(session.at(binding.node))


def _uses_own(method: Node, depth: int = 0) -> bool:
    """Say whether a method awaits a query of a session that its object keeps."""
    for call in method.calls:
        root, _, kept = call.owner.dotted.partition(".")
        if root != "self":
            continue
        is_query = kept and call.member in COROUTINES and call.is_awaited
        if is_query and is_async_session(call.owner):
            return True
        target = call.callee if depth < limits.CALLS else call.at(None)
        if target != method and not _locks(target) and _uses_own(target, depth + 1):
            return True
    return False


def _locks(target: Node) -> bool:
    """Say whether a coroutine takes its turn: `async with lock`, a semaphore."""
    entered = (context for with_ in target.own(ast.AsyncWith) for context in with_.contexts)
    names = [context.dotted.lower() for context in entered]
    return any("lock" in name or "sem" in name for name in names)


def _beside(calls: list[Node]) -> Iterator[Node]:
    """Yield the tasks that run beside another: in a loop, or after the first."""
    running = [call for call in calls if not call.is_awaited]
    for call in running:
        if _is_repeated(call) and not _is_awaited_in_loop(call):
            yield call
    for first, call in itertools.pairwise(running):
        if reaches(first, call) and not _is_joined(first, call):
            yield call


def _is_awaited_in_loop(task: Node) -> bool:
    """Say whether a loop waits for the task that it starts, by name or by a `with` of its own."""
    for above in task.ancestors:
        if isinstance(above.ast, ast.AsyncWith):
            return True
        if isinstance(above.ast, _LOOPS):
            return _is_awaited(task, above.walk(ast.Await))
    return False


def _is_joined(first: Node, second: Node) -> bool:
    """Say whether the first task was waited for before the second one was started."""
    one, other = (
        [a for a in t.ancestors if isinstance(a.ast, ast.AsyncWith)][:1] for t in (first, second)
    )
    if first.last_name != "ensure_future" and one and one != other:
        return True
    awaits = first.function.own(ast.Await)
    return _is_awaited(first, (a for a in awaits if first.line < a.line < second.line))


def _is_awaited(task: Node, awaits: Iterable[Node]) -> bool:
    """Say whether one of these `await` names the variable that a task is assigned to."""
    holder = task.parent
    name = holder.targets[0].name if isinstance(holder.ast, ast.Assign) else ""
    return bool(name) and any(n.name == name for a in awaits for n in a.walk(ast.Name))
