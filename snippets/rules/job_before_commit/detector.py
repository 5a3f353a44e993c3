"""A job about a row that is enqueued before the row is committed."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.sqlalchemy_rows import row_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    commits_after_yield,
    commits_at_end,
    is_session,
)
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.flow import reaches

_ENQUEUES = {
    "apply_async", "delay", "enqueue", "enqueue_job", "kiq", "put", "put_nowait", "send",
    "send_task", "send_with_options",
}  # fmt: skip
_QUEUES = ("asyncio.Queue", "asyncio.PriorityQueue", "queue.Queue", "queue.SimpleQueue", "rq.Queue")
_ANYWHERE = {"apply_async", "delay", "enqueue_job", "kiq", "send_task", "send_with_options"}
_LATER = ("countdown", "eta", "delay", "_defer_by", "_defer_until")
_ADDS = ("add", "add_all", "merge")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the jobs that are enqueued between the change of a row and its commit."""
    for call in program.calls_named(*sorted(_ENQUEUES)):
        rows = list(_rows(call))
        if not rows or call.module.is_tool or not call.function or not _enqueues(call):
            continue
        for row in rows:
            change = _change(row, call)
            if change and (commit := _commit_after(change, call)):
                yield call.hit(
                    f"the job for `{row}` is enqueued before {commit}: a fast worker does not find"
                    " what was written",
                )
                break


def _enqueues(call: Node) -> bool:
    if not call.owner or any(call.keyword(name) for name in _LATER):
        return False
    if call.member == "send":
        actor = call.owner.definition
        return any(d.last_name in ("actor", "task") for d in actor.decorators)
    if call.member in _ANYWHERE:
        return not call.callee
    return call.owner.is_a(*_QUEUES)


def _rows(call: Node) -> Iterator[str]:
    """Yield the objects whose attributes, such as the id, a job is given."""
    for value in call.given:
        for attribute in value.walk(ast.Attribute):
            if attribute.owner.name and attribute.is_read:
                yield attribute.owner.name


def _change(row: str, job: Node) -> Node:
    """Return what adds or changes an object before a job and is not committed before it."""
    function = job.function
    found = job.at(None)
    assignments = function.own(ast.Assign, ast.AugAssign)
    for call in sorted([*function.calls, *assignments], key=lambda node: node.position):
        if not reaches(call, job):
            continue
        if not call.is_call:
            found = _loading(call, row) or found
            continue
        if call.member in _ADDS and is_session(call.owner):
            if any(name.name == row for given in call.given for name in given.walk(ast.Name)):
                found = call
        elif found and _commits(call):
            found = job.at(None)
        elif _makes(call, row) and _adds_only(call.callee):
            found = call
    left = (above for above in found.ancestors if not above.holds(job))
    is_committed = any(commits_at_end(context) for above in left for context in above.contexts)
    return job.at(None) if is_committed else found


def _loading(statement: Node, row: str) -> Node:
    """Return what loaded the row of which a statement sets an attribute."""
    for target in statement.targets:
        if target.owner.name == row and row_of(target.owner):
            return target.owner.value.awaited
    return statement.at(None)


def _makes(call: Node, row: str) -> bool:
    """Say whether a variable gets what a call of the program returns."""
    return any(t.name == row for t in call.statement.targets) and bool(call.callee)


def _adds_only(function: Node) -> bool:
    calls = [call for inner in reached([function]) for call in inner.calls]
    adds = any(call.member in _ADDS and is_session(call.owner) for call in calls)
    return adds and not any(call.member == "commit" for call in calls)


def _commits(call: Node) -> bool:
    if call.member == "commit":
        return True
    return any(c.member == "commit" for inner in reached([call.callee]) for c in inner.calls)


def _commit_after(change: Node, job: Node, depth: int = 0) -> str:
    """Return what commits after a job, in words, or ""."""
    for around in job.ancestors:
        if any(commits_at_end(context) for context in around.contexts):
            return f"the block of line {around.line} commits"
        if around.is_function:
            break
    function = job.function
    for call in function.calls:
        if call.member == "commit" and reaches(job, call) and _is_of_session(call):
            return f"the commit of line {call.line}"
    session = change.owner.name if is_session(change.owner) else _given_session(change)
    for parameter in parameters(function):
        if parameter.name != session:
            continue
        if parameter.dependency is not None:
            target = parameter.dependency.target
            return f"`{target.name}` commits" if commits_after_yield(target) else ""
        for call in function.callers if depth < limits.CALLS else ():
            if found := _commit_after(_handing(call, parameter.node), call, depth + 1):
                return f"its caller `{call.function.name}` commits" if call.function else found
    return ""


def _is_of_session(commit: Node) -> bool:
    """Say whether a commit is a session's, or that of a unit of work that keeps one."""
    inner = commit.callee.calls
    return is_session(commit.owner) or any(
        call.member == "commit" and is_session(call.owner) for call in inner
    )


def _given_session(call: Node) -> str:
    return next((value.name for value in call.given if value.name and is_session(value)), "")


def _handing(call: Node, parameter: Node) -> Node:
    """Return a call, if it is given a session as this parameter."""
    return call if is_session(parameter.passed(call)) else call.at(None)
