"""Functions that commit each, called one after the other for one request."""

import ast
import itertools
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.slow_calls import slow_await, slow_call
from fastapi_pro.auditing.libraries.sqlalchemy_rows import row_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session
from fastapi_pro.auditing.libraries.stores import sql_of, written
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.flow import reaches
from fastapi_pro.auditing.model.library_types import ASYNCPG, ASYNCPG_POOL

_RECORD = re.compile(
    r"(^|_)logs?(_|$)|audit|event|track|histor|activit|notif|metric|usage", re.IGNORECASE
)
"""Names of functions that write down what was done: it stays done when they fail."""
_SENDS = {"execute", "executemany", "fetch", "fetchrow", "fetchval"}
_STATISTICS = re.compile(r"count|view|hit|usage|attempt|visit|like", re.IGNORECASE)
"""Columns of which one too few does no harm."""
_LOGS = re.compile(r"^(self\.)?_?log(ger|ging)?\.", re.IGNORECASE)
_QUEUES = {"apply_async", "delay", "enqueue", "publish", "send_message", "send_task"}
_WRITES = {"add", "add_all", "delete", "merge"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the second of two calls whose functions commit, or of two that asyncpg commits."""
    if program.saying("asyncpg"):
        yield from _committed_by_asyncpg(program)
    for function in program.functions if _committing(program) else ():
        if function.module.is_tool or function not in request_functions(program):
            continue
        committing = [
            call
            for call in function.calls
            if call.callee in _committing(program) and not _RECORD.search(call.callee.name)
        ]
        if pair := next(_pairs(committing), None):
            first, second = pair
            again = "here again" if first.func.text == second.func.text else ""
            yield second.hit(
                f"`{first.func.text}` in line {first.line} commits, and"
                f" {again or f'so does `{second.func.text}`'}: when that fails, what the first"
                " has written stays"
            )


def _committed_by_asyncpg(program: Program) -> Iterator[Hit]:
    """Yield the second of two statements that write, outside a transaction."""
    writing = {call.function for call in program.calls_named("execute") if _writes_alone(call)}
    for function in sorted(writing & request_functions(program), key=lambda f: f.place):
        if function.module.is_tool or _begins_transaction(function):
            continue
        calls = [call for call in function.calls if _writes_alone(call)]
        for first, second in itertools.pairwise(calls):
            is_caught = any(isinstance(above.ast, ast.Try) for above in _above(second))
            if reaches(first, second) and not is_caught and not _is_outside_between(first, second):
                yield second.hit(
                    f"`{first.func.text}` in line {first.line} is committed at once, and so is"
                    " this: when this fails, what the first has written stays",
                    fix="`async with connection.transaction():` around both",
                )
                break


def _writes_alone(call: Node) -> bool:
    """Say whether a call writes by asyncpg, which commits it where no transaction was begun."""
    if call.member not in _SENDS or not call.owner.is_a(ASYNCPG, ASYNCPG_POOL):
        return False
    table = written(sql_of(call))
    return bool(table) and not _RECORD.search(table)


def _begins_transaction(function: Node, depth: int = 0) -> bool:
    """Say whether a function begins a transaction, or what gives it the connection does."""
    if any(call.member == "transaction" for call in function.calls):
        return True
    given = [p.dependency for p in parameters(function) if p.dependency is not None]
    above = [call.function for call in function.callers] if depth < limits.CALLS else []
    return any(_begins_transaction(d.target, depth + 1) for d in given if d.target) or any(
        _begins_transaction(caller, depth + 1) for caller in above if caller
    )


def _is_outside_between(first: Node, second: Node) -> bool:
    calls = first.function.calls
    return any(_is_slow(c) for c in calls if first.position < c.position < second.position)


@fact
def _committing(program: Program) -> set[Node]:
    """Return the functions that write by a session of others, and commit it each time."""
    found: set[Node] = set()
    for call in program.calls_named("commit"):
        function = call.function
        if not function or not is_session(call.owner) or not _is_of_others(call.owner):
            continue
        is_always = all(_is_plain(above) or _is_found(above, call) for above in _above(call))
        if is_always and (any(map(_is_write, function.own(ast.Call))) or _counts(function)):
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


def _is_found(block: Node, call: Node) -> bool:
    """Say whether a block runs a call where a query has found the row that is to be changed."""
    found = (yes for _, yes in _branches(call.function))
    return any(s.parent == block and s.holds(call) for yes in found for s in yes)


def _counts(function: Node) -> bool:
    """Say whether a function changes a number of a row: `account.balance -= amount`."""
    changed = (statement.targets[0] for statement in function.own(ast.AugAssign))
    matter = (target for target in changed if not _STATISTICS.search(target.member))
    return any(target.member and row_of(target.owner) is not None for target in matter)


def _is_write(call: Node) -> bool:
    """Say whether a call adds or deletes rows, or makes a statement that does."""
    made = {"sqlalchemy.update", "sqlalchemy.insert", "sqlalchemy.delete"}
    if call.last_name in ("update", "insert", "delete") and call.called in made:
        return True
    return call.member in _WRITES and is_session(call.owner)


def _pairs(calls: list[Node]) -> Iterator[tuple[Node, Node]]:
    """Yield two calls that share a session, where nobody looks after the failure of the second."""
    for index, second in enumerate(calls):
        if any(_makes_up(above) for above in _above(second)):
            continue  # somebody looks after the failure
        if _looks_first(second):
            continue  # the next request makes up for it
        for first in calls[:index]:
            if _is_for_missing(first) or _makes_missing(first.callee):
                continue
            is_shared = _session(first) == _session(second)
            if is_shared and reaches(first, second) and not _is_apart(first, second):
                yield first, second


def _makes_up(block: Node) -> bool:
    """Say whether a `try` does more about an error than to roll back, log, and raise."""
    if not isinstance(block.ast, ast.Try):
        return False
    handlers = list(map(block.at, block.ast.handlers))
    return not all(isinstance(h.body[-1].ast, ast.Raise) for h in handlers) or any(
        not _is_idle(call) for handler in handlers for call in handler.walk(ast.Call)
    )


def _is_idle(call: Node) -> bool:
    """Say whether a call in an `except` leaves what was committed: it rolls back, logs, raises."""
    is_raised = isinstance(call.statement.ast, ast.Raise)
    return is_raised or call.last_name in ("rollback", "print") or bool(_LOGS.search(call.text))


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
    calls = first.function.calls
    between = [c for c in calls if first.position < c.position < second.position]
    inside = [inner for call in between for inner in call.callee.calls]
    after = [call for call in first.callee.calls if _commits_before(call)]
    before = [call for call in second.callee.calls if not _commits_before(call)]
    return any(map(_is_outside, (*between, *inside, *after, *before)))


def _commits_before(call: Node) -> bool:
    """Say whether the function that a call is in has committed before it."""
    return any(c.member == "commit" and c.position < call.position for c in call.function.calls)


def _looks_first(call: Node) -> bool:
    """Say whether what a call writes is written only where it is not there: get or create."""
    if _is_for_missing(call):
        return True
    # one that may refuse leaves the first part
    return not call.callee.own(ast.Raise) and _makes_missing(call.callee)


def _makes_missing(function: Node) -> bool:
    """Say whether a function writes what is not there: the next request finds it, and goes on."""
    writes = list(filter(_is_write, function.calls))
    if any(s.holds(w) for block in _missing(function) for s in block for w in writes):
        return True
    ends = [b[-1] for _, b in _branches(function) if b and isinstance(b[-1].ast, ast.Return)]
    return any(end.position < write.position for end in ends for write in writes)


def _is_for_missing(call: Node) -> bool:
    """Say whether a call runs only where a query has found nothing.

    When what comes after it fails, the next request finds what was made, and goes on.
    """
    return any(statement.holds(call) for block in _missing(call.function) for statement in block)


def _missing(function: Node) -> list[list[Node]]:
    """Return the branches that run where a query has found nothing."""
    return [missing for missing, _ in _branches(function)]


def _branches(function: Node) -> Iterator[tuple[list[Node], list[Node]]]:
    """Yield what runs where a query finds nothing, and where it finds something."""
    for branch in function.own(ast.If):
        match branch.ast:
            case (
                ast.If(test=ast.UnaryOp(op=ast.Not(), operand=asked), body=no, orelse=yes)
                | ast.If(
                    test=ast.Compare(
                        left=asked, ops=[ast.Is()], comparators=[ast.Constant(value=None)]
                    ),
                    body=no,
                    orelse=yes,
                )
                | ast.If(
                    test=ast.Compare(
                        left=asked, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]
                    ),
                    body=yes,
                    orelse=no,
                )
                | ast.If(test=(ast.Name() | ast.Await() | ast.Call()) as asked, body=yes, orelse=no)
            ) if _is_query(branch.at(asked)):
                yield [branch.at(s) for s in no], [branch.at(s) for s in yes]


def _is_query(asked: Node) -> bool:
    """Say whether a value is what a session has found, itself or by a function."""
    before = [b for b in asked.function.bindings(asked.name) if b.line <= asked.line]
    made = [asked.at(b.node) for b in before if b.kind == "assign"] or [asked.value]
    return any(_asks(value.awaited) for value in made)


def _asks(found: Node, depth: int = 0) -> bool:
    """Say whether an expression asks a session, or takes from a result what a session returned."""
    for call in found.walk(ast.Call):
        if any(is_session(inner.owner) for inner in (call, *call.callee.calls)):
            return True
        if call.owner.name and depth < limits.NAMES and _asks(call.owner.value.awaited, depth + 1):
            return True
    return False


def _is_outside(call: Node) -> bool:
    """Say whether a call is slow, or waits for something that is neither the program nor a session.

    What was told to a queue or a workflow must find the rows there.
    """
    is_waiting = call.is_awaited or call.member in _QUEUES
    if is_waiting and not call.callee and not is_session(call.owner):
        return True
    return _is_slow(call)


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
