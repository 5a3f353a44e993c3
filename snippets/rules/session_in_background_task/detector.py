"""A background task that is handed a session which is closed before it runs."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    captured,
    closes_at_return,
    is_session,
)
from fastapi_pro.auditing.model.library_types import ASYNC_SESSION, SESSION
from fastapi_pro.auditing.model.node import inherits
from fastapi_pro.auditing.model.types import member_type

_TASKS = "fastapi.BackgroundTasks"
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
            )


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
