"""A task that is handed a session which is closed before it runs, or while it does."""

import ast
import itertools
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.asyncio_tasks import started
from fastapi_pro.auditing.libraries.kept_sessions import kept, used_by
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    captured,
    closes_at_return,
    ends_with_request,
    is_session,
)
from fastapi_pro.auditing.model.library_types import ASYNC_SESSION, SESSION
from fastapi_pro.auditing.model.node import inherits
from fastapi_pro.auditing.model.types import member_type

_TASKS = "fastapi.BackgroundTasks"
_SYNC = "`add_task(work, user.id)`, and `with sessionmaker()` in `work`"
_GIVES_ON = (ast.Await, ast.Return, ast.Yield, ast.YieldFrom)
_KEEPS = ("add", "append")
_TASK = ("fastapi.BackgroundTask", "starlette.background.BackgroundTask")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that hand a session over, by argument, partial, closure or `self`."""
    added = (call for call in program.calls_named("add_task") if call.owner.is_a(_TASKS))
    for call in (*added, *program.calls_of(*_TASK)):
        closed = (name for name in _handed_over(call) if closes_at_return(name))
        if session := next(closed, None):
            yield call.hit(
                f"the task gets `{session.name}`, which is closed before the task runs: its"
                " changes are not committed, or its connection never returns to the pool",
                fix=_SYNC if session.is_a(SESSION) else "",
            )
    for call in started(program):
        if call.module.is_tool or _is_ended_here(call):
            continue
        work = (call.argument(0, "coro") or call.keyword("coro_or_future")).value
        if session := next(_closed_below(work), None):
            yield call.hit(
                f"the task of `{work.func.text}` uses `{session.name}`, which is closed"
                " meanwhile: the task fails, or its connection never returns to the pool",
                fix=f"Give `{work.last_name}` ids, and open a session in it",
                cause=f"sessions of tasks of {call.module.name}",
            )


def _closed_below(work: Node) -> Iterator[Node]:
    """Yield the sessions that a coroutine uses, and that are closed when the request ends."""
    target = work.callee
    names = {name.name for name in target.walk(ast.Name)}
    for value in work.given:
        used = [p for p in target.parameters if p.name in names and p.passed(work) == value]
        if value.name and is_session(value) and (used or not target):
            yield from (value for _ in range(closes_at_return(value, ends_with_request)))
    if target.module is work.module and work.func.name:
        for _, name in captured(target):
            yield from (name for _ in range(closes_at_return(name, ends_with_request)))
    if target.is_coroutine and work.owner and any(used_by(target)):
        sessions = list(kept(work.owner))
        if all(closes_at_return(session, ends_with_request) for session in sessions):
            yield from sessions


def _is_ended_here(call: Node) -> bool:
    """Say whether a function waits for the task that it starts, cancels it or hands it back."""
    around = list(itertools.takewhile(lambda above: not above.is_function, call.ancestors))
    if any(isinstance(above.ast, _GIVES_ON) for above in around):
        return True
    holders = {target.dotted for target in call.statement.targets}
    holders |= {above.owner.dotted for above in around if above.member in _KEEPS}
    for kept_in in call.function.calls:
        if kept_in.member in _KEEPS and not holders.isdisjoint(a.dotted for a in kept_in.args):
            holders.add(kept_in.owner.dotted)
    waits = call.function.own(*_GIVES_ON, ast.AsyncFor)
    ended = [part for wait in waits for part in _waited(wait).walk(ast.Name, ast.Attribute)]
    ended += [c.owner for c in call.function.calls if c.member == "cancel"]
    return not holders.isdisjoint({part.dotted for part in ended} - {""})


def _waited(wait: Node) -> Node:
    """Return what a function waits for or gives on, without the body of `async for`."""
    return wait.at(wait.ast.iter) if isinstance(wait.ast, ast.AsyncFor) else wait


def _handed_over(call: Node) -> Iterator[Node]:
    """Yield the sessions of the function around it that a task gets."""
    values = call.given
    for work in values[:1]:
        if work.value.called == "functools.partial":
            values += work.value.given
        values += _of_method(work)
        closure = work.definition
        if closure.is_function or isinstance(closure.ast, ast.Lambda):
            yield from (name for _, name in captured(closure))
    yield from (value for value in values if value.name and is_session(value))


def _of_method(work: Node) -> list[Node]:
    """Return what the object of a bound method was made of, if the method uses its session."""
    made, cls = work.owner.value, work.owner.type_class
    is_made_here = made.is_call and made.module is work.module and made.func.definition == cls
    if work.is_call or not is_made_here:
        return []
    for attribute in cls.method(work.member).own(ast.Attribute):
        if attribute.owner.name == "self":
            kind = member_type(cls, attribute.member)
            if inherits(kind, SESSION, ASYNC_SESSION):
                return made.given
    return []
