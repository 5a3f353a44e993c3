"""Functions that commit each, called one after the other for one request."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.slow_calls import slow_await, slow_call
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session
from fastapi_pro.auditing.model.flow import reaches

_RECORD = re.compile(
    r"(^|_)logs?(_|$)|audit|event|track|histor|activit|notif|metric|usage", re.IGNORECASE
)
"""Names of functions that write down what was done: it stays done when they fail."""
_WRITES = {"add", "add_all", "delete", "merge"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the second of two calls whose functions commit, one in each function."""
    for function in program.functions:
        if function.module.is_tool or function not in request_functions(program):
            continue
        committing = [
            call
            for call in function.calls
            if call.callee in _committing(program) and not _RECORD.search(call.callee.name)
        ]
        if pair := next(_pairs(committing), None):
            first, second = pair
            yield second.hit(
                f"`{first.func.text}` in line {first.line} commits, and so does"
                f" `{second.func.text}`: when that fails, what the first has written stays"
            )


@fact
def _committing(program: Program) -> set[Node]:
    """Return the functions that write by a session of others, and commit it each time."""
    found: set[Node] = set()
    for call in program.calls_named("commit"):
        function = call.function
        if not function or not is_session(call.owner) or not _is_of_others(call.owner):
            continue
        is_always = all(_is_plain(above) for above in _above(call))
        if is_always and any(map(_is_write, function.own(ast.Call))):
            found.add(function)
    return found


def _is_of_others(session: Node) -> bool:
    """Say whether a session is a parameter, or one that an object keeps."""
    bound = session.bound
    return session.owner.name == "self" or (bound is not None and bound.kind == "param")


def _above(call: Node) -> Iterator[Node]:
    """Yield what holds a call in its function, statements alone."""
    for above in call.ancestors:
        if above.is_function:
            return
        if isinstance(above.ast, ast.stmt):
            yield above


def _is_plain(statement: Node) -> bool:
    """Say whether what is inside a statement runs each time."""
    return isinstance(statement.ast, (ast.Expr, ast.Try, ast.With, ast.AsyncWith))


def _is_write(call: Node) -> bool:
    """Say whether a call adds or deletes rows, or makes a statement that does."""
    made = {"sqlalchemy.update", "sqlalchemy.insert", "sqlalchemy.delete"}
    if call.last_name in ("update", "insert", "delete") and call.called in made:
        return True
    return call.member in _WRITES and is_session(call.owner)


def _pairs(calls: list[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield two calls that share a session, where nobody looks after the failure of the second."""
    for index, second in enumerate(calls):
        if any(isinstance(above.ast, ast.Try) for above in _above(second)):
            continue
        for first in calls[:index]:
            is_shared = _session(first) == _session(second)
            if is_shared and reaches(first, second) and not _is_apart(first, second):
                yield first, second


def _session(call: Node) -> str:
    """Return the name of the session that a call is given, "self" where an object keeps it.

    The objects that a request gets share one session: a dependency runs once.
    """
    return next((given.dotted for given in call.given if is_session(given)), "self")


def _is_apart(first: Node, second: Node) -> bool:
    """Say whether the second is not of the same turn, or something slow comes between.

    For that no transaction should stay open.
    """
    if any(_turns(above) and not above.holds(second) for above in _blocks(first)):
        return True
    between = (c for c in first.function.calls if first.position < c.position < second.position)
    return any(_is_slow(inner) for call in between for inner in (call, *call.callee.calls))


def _blocks(call: Node) -> Iterator[Node]:
    """Yield what holds a call below its innermost loop."""
    for above in call.ancestors:
        if above.is_function or isinstance(above.ast, (ast.For, ast.AsyncFor, ast.While)):
            return
        yield above


def _turns(block: Node) -> bool:
    """Say whether a block ends with the turn of its loop."""
    ends = (ast.Continue, ast.Break)
    return isinstance(block.ast, ast.If) and isinstance(block.ast.body[-1], ends)


def _is_slow(call: Node) -> bool:
    return bool(slow_await(call) if call.is_awaited else slow_call(call))
