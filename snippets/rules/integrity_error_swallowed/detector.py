"""Errors of the database after which the code goes on as if the rows were stored."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.clocks import CLOCKS
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import commits_at_end, is_session
from fastapi_pro.auditing.model.call_graph import reached

_ERRORS = {
    f"sqlalchemy.{place}{name}"
    for place in ("exc.", "")
    for name in ("IntegrityError", "DBAPIError", "DatabaseError", "SQLAlchemyError")
} | {"builtins.Exception", "builtins.BaseException"}
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_WRITES = {"add", "add_all", "flush", "execute", "merge", "delete"}
_LOGS = {
    "debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print",
    "capture_exception", "print_exc",
}  # fmt: skip
_PARTS = {"commit", "begin_nested", "begin"}
"""What makes rows stay when a later one fails."""
_WRITING = {"post", "put", "patch", "delete"}
_OTHER_FIX = "Do not catch the error, or raise an HTTPException"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the rollbacks that undo more than one row, and the errors that nobody is told of."""
    for call in program.calls_named("rollback"):
        loop = _loop_undone(call) if not call.module.is_tool else call.at(None)
        if loop:
            yield call.hit(
                "this rollback undoes the whole transaction, with all rows that the loop in line"
                f" {loop.line} stored before: `{loop.function.name}` goes on as if they were there"
            )
    seen: set[Node] = set()
    for endpoint in http_endpoints(program):
        function = endpoint.function
        if endpoint.method not in _WRITING or function in seen:
            continue
        seen.add(function)
        for handler in function.own(ast.ExceptHandler):
            if call := _passed_over(handler):
                yield handler.hit(
                    f"the error of `{call.text}` is ignored: `{function.name}` reports success,"
                    " and nothing is stored",
                    fix=_OTHER_FIX,
                )


def _loop_undone(rollback: Node) -> Node:
    """Return the loop whose earlier rows a rollback undoes, in its function or where it is called.

    Nothing where each turn commits, has a session of its own, or the loop ends with the error.
    """
    handler = next((a for a in rollback.ancestors if _catches(a)), rollback.at(None))
    is_left = not handler or _leaves(handler) or not is_session(rollback.owner)
    if is_left:
        return rollback.at(None)
    function = rollback.function
    if _loop(handler.parent):
        places = [handler.parent]
    else:
        places = [] if _commits(function) else function.callers
    for place in places:
        loop = _loop(place)
        if loop and _ends_with_success(handler, loop):
            continue  # each turn begins anew
        if loop and _is_of_outside(rollback, loop) and _writes(loop) and not _commits(loop):
            return loop
    return rollback.at(None)


def _catches(handler: Node) -> bool:
    """Say whether it is an `except` of the database's errors."""
    if not isinstance(handler.ast, ast.ExceptHandler):
        return False
    caught = handler.at(handler.ast.type)
    return not caught or any(k.library_name in _ERRORS for k in caught.elements or [caught])


def _leaves(handler: Node) -> bool:
    """Say whether a handler tells anybody, or ends the loop."""
    ends = (ast.Raise, ast.Return, ast.Break)
    return any(isinstance(inner, ends) for inner in ast.walk(handler.ast))


def _ends_with_success(handler: Node, loop: Node) -> bool:
    """Say whether a loop tries one thing until it works: what is stored ends it."""
    tried = handler.parent
    if not loop.holds(tried):
        return False
    blocks = [tried.body, [tried.at(s) for s in tried.ast.orelse]]  # type: ignore[attr-defined]
    return any(block and isinstance(block[-1].ast, ast.Return | ast.Break) for block in blocks)


def _loop(place: Node) -> Node:
    """Return the loop around a place, in its function."""
    for above in place.ancestors:
        if above.is_function:
            break
        if isinstance(above.ast, _LOOPS):
            return above
    return place.at(None)


def _is_of_outside(rollback: Node, loop: Node) -> bool:
    """Say whether all turns of a loop share the session."""
    bound = rollback.owner.bound
    return bound is None or not loop.holds(rollback.at(bound.node))


def _writes(scope: Node) -> bool:
    """Say whether a loop writes, itself or by what it calls."""
    calls = [call for call in scope.walk(ast.Call) if call.function == scope.function]
    inner = [call for one in calls for call in one.callee.calls]
    return any(call.member in _WRITES for call in calls + inner)


def _commits(scope: Node) -> bool:
    """Say whether a loop or function commits, or sets savepoints, itself or by what it calls."""
    calls = list(scope.walk(ast.Call))
    inside = reached(call.callee for call in calls)
    names = {call.member for call in (*calls, *(c for f in inside for c in f.calls))}
    contexts = (c for with_ in scope.walk(ast.With, ast.AsyncWith) for c in with_.contexts)
    return not names.isdisjoint(_PARTS) or any(map(commits_at_end, contexts))


def _passed_over(handler: Node) -> Node:
    """Return the commit or flush whose failure a handler hides from the client."""
    tried = handler.parent
    nothing = handler.at(None)
    if not _catches(handler) or not all(map(_does_nothing, handler.body)):
        return nothing
    last = tried.body[-1]
    call = last.at(getattr(last.ast, "value", None)).awaited
    is_stored = call.member in ("commit", "flush") and is_session(call.owner)
    stores = [c for c in handler.function.calls if c.member in ("commit", "flush")]
    is_apart = any(inner.member == "begin_nested" for inner in handler.function.calls)
    has_else = bool(getattr(tried.ast, "orelse", ()))
    is_all = is_stored and stores == [call]  # else what matters may be stored already
    is_other = is_apart or has_else or _loop(tried) or _only_marks(handler.function, call)
    return call if is_all and not is_other else nothing


def _only_marks(function: Node, commit: Node) -> bool:
    """Say whether no more is stored than a mark: a flag, or when somebody was here last."""
    if any(call.member in _WRITES and is_session(call.owner) for call in function.calls):
        return False
    marks = [
        statement
        for statement in function.own(ast.Assign)
        if statement.position < commit.position and any(t.owner for t in statement.targets)
    ]
    return bool(marks) and all(
        isinstance(mark.assigned.literal, bool) or mark.assigned.called in CLOCKS for mark in marks
    )


def _does_nothing(statement: Node) -> bool:
    """Say whether a statement logs, rolls back, or passes."""
    match statement.ast:
        case ast.Pass():
            return True
        case ast.Expr(value=value):
            call = statement.at(value).awaited
            return call.last_name in _LOGS or call.member == "rollback"
    return False
