"""Calls that keep their thread waiting, and the coroutines that run while requests are served."""

import ast
import functools
import re
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.fastapi_requests import (
    request_functions,
    roots,
    run_by_lifespans,
)
from fastapi_pro.auditing.libraries.library_calls import BLOCKING, COMPUTING, FILES, LOCAL
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_async_session
from fastapi_pro.auditing.libraries.starts import runs_on_lambda
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import called, find_call
from fastapi_pro.auditing.model.library_types import CURSOR, QUERY
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

JOBS = {"apply_async", "delay", "send_task"}
"""Methods that hand a job to a broker."""
_PLATFORM = re.compile(
    r"(platform\.system\(\)|sys\.platform|os\.name) *==? *.(Darwin|darwin|Windows|win32|nt)\b"
    r"|sys\.platform\.startswith\(.(darwin|win)"
)
_MEASURES = ("cpu_percent", "cpu_times_percent")
"""Functions of psutil that wait for as long as they measure."""
_READERS = {f"builtins.{name}" for name in ("list", "tuple", "set", "sorted", "next", "sum")}
"""Functions that read what they are given from begin to end, or its next row."""
_SHORT = 0.05  # seconds of sleep that nobody notices


def blocks(call: Node) -> bool:
    """Say whether a call keeps its thread waiting, or the processor or a disk busy."""
    return call.program.once(_blocks, call.ast, call)


def severity(call: Node) -> str:
    """Return the severity of a blocking call that is less bad than waiting for a service."""
    if call in FILES or call in LOCAL:
        return "low"
    if call.last_name == "sleep" and any(
        isinstance(above.ast, ast.ExceptHandler) for above in call.ancestors
    ):
        return "low"  # between attempts, after one that failed
    if call in COMPUTING and (_is_drawn(call) or _clears_up(call)):
        return "low"
    # a broker that is there takes a job in a millisecond or two
    return "medium" if call in COMPUTING or call.member in JOBS else ""


def _is_drawn(call: Node) -> bool:
    """Say whether the code draws an image itself, such as a captcha: it is small."""
    return call.owner.value.called == "PIL.Image.new"


def _clears_up(call: Node) -> bool:
    """Say whether a call removes files after an error, or when the code that made them ends."""
    if call.member != "rmtree":
        return False
    for above in call.ancestors:
        if isinstance(above.ast, ast.ExceptHandler):
            return True
        last = above.ast.finalbody if isinstance(above.ast, ast.Try) else []
        if any(above.at(statement).holds(call) for statement in last):
            return True
    return False


def is_read_here(query: Node) -> bool:
    """Say whether a query that was only made so far is sent here, as its rows are read.

    That is `for row in query`, `list(query)` and `query[0]`.
    """
    above = query.parent
    match above.ast:
        case ast.For(iter=read) | ast.comprehension(iter=read) | ast.Starred(value=read):
            is_read = read is query.ast
        case ast.Subscript(value=read, ctx=ast.Load()):
            is_read = read is query.ast
        case ast.Call():
            is_read = above.called in _READERS and query in above.args
        case _:
            return False
    return is_read and query.is_a(QUERY, CURSOR)


def _steps(function: Node) -> list[Node]:
    """Return the calls of a function, and the names of queries whose rows it reads."""
    found = function.calls
    named = [name for name in _read_whole(function) if is_read_here(name)]
    return sorted([*found, *named], key=lambda n: n.position) if named else found


def _read_whole(function: Node) -> Iterator[Node]:
    """Yield the names and attributes in places where `is_read_here` may find the rows of a query.

    Most names stand elsewhere, and are not asked.
    """
    holders = function.own(ast.For, ast.comprehension, ast.Starred, ast.Subscript)
    held = [getattr(holder.ast, "iter", None) or holder.ast.value for holder in holders]  # type: ignore[attr-defined]
    held += [a.ast for call in function.calls if call.func.name for a in call.args]
    yield from (function.at(node) for node in held if isinstance(node, (ast.Name, ast.Attribute)))


def _is_worse(call: Node) -> bool:
    return blocks(call) and severity(call) != "low"


def _blocks(call: Node) -> bool:
    if call.is_awaited:
        return False
    if is_read_here(call):
        return True
    is_named = call.member in ("", "sleep", "gethostbyname", *_MEASURES)
    name = call.called if is_named else ""
    if name == "time.sleep":
        seconds = call.argument(0, "secs").constant
        return not (isinstance(seconds, (int, float)) and seconds <= _SHORT)
    if name.startswith("psutil."):
        seconds = call.argument(0, "interval").constant
        return isinstance(seconds, (int, float)) and seconds > _SHORT
    if name == "socket.gethostbyname":
        return not any(
            host.value.called == "socket.gethostname" for host in call.args
        )  # /etc/hosts
    is_known = call in BLOCKING or call in COMPUTING or call in FILES
    return is_known and not _is_elsewhere(call) and not _copies_memory(call)


def _copies_memory(call: Node) -> bool:
    """Say whether an archive in memory stores bytes uncompressed: that is fast."""
    if call.member != "writestr":
        return False
    made = _opened(call.owner)
    target, packing = made.argument(0, "file"), made.argument(2, "compression")
    given = call.keyword("compress_type")
    is_packed = any(kind and not _is_stored(kind) for kind in (packing, given))
    return _opened(target).called == "io.BytesIO" and not is_packed and not made.has_unpacking


def _is_stored(kind: Node) -> bool:
    return kind.library_name == "zipfile.ZIP_STORED"


def _opened(variable: Node) -> Node:
    """Return the call whose result a variable holds, also by `with ... as`."""
    for above in variable.ancestors:
        for context, target in above.contexts.items():
            if target.name and target.name == variable.name:
                return context
    return variable.value


def _is_elsewhere(call: Node) -> bool:
    """Say whether a call is made only on macOS or Windows, where no production service runs."""
    branches = (above for above in call.ancestors if isinstance(above.ast, ast.If))
    return any(
        _PLATFORM.search(branch.test.text) and any(s.holds(call) for s in branch.body)
        for branch in branches
    )


@fact
def serving(program: Program) -> list[Node]:
    """Return the functions that run while a request waits, by file and line.

    Besides `request_functions`, these are coroutines that those await as a method of an object of
    unknown class, if only one function of the program has that name.
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
    """Return the coroutine functions that run on a loop of several requests, by file and line."""
    if runs_on_lambda(program):
        return []
    return [f for f in serving(program) if f.is_coroutine and not _has_own_loop(f)]


def _has_own_loop(function: Node, depth: int = 0) -> bool:
    """Say whether a coroutine is entered only through `asyncio.run` of plain functions."""
    program = function.program
    callers = function.callers
    if not callers or depth > limits.CALLS or function in roots(program):
        return False
    if any(call.is_awaited and not call.callee for call in program.calls_named(function.name)):
        return False
    return all(
        _has_own_loop(call.function, depth + 1) if call.function.is_coroutine else _is_run(call)
        for call in callers
    )


def _is_run(call: Node) -> bool:
    """Say whether a coroutine is run to its end by `asyncio.run` or `run_until_complete`."""
    runner = call.parent.parent if isinstance(call.parent.ast, ast.keyword) else call.parent
    return runner.called == "asyncio.run" or runner.member == "run_until_complete"


def stalls(function: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the calls in a coroutine function that block, each with the call that really blocks.

    Plain functions of the program are followed; coroutines and generators are not.
    """
    for call in _steps(function):
        if blocks(call):
            if not _is_left_out(call):
                yield call, call
            continue
        target = call.callee
        if not target or target.is_coroutine or target.is_generator or call.is_awaited:
            continue
        if _gets_async_session(call, target):
            continue  # it fails at once: another fault
        if target in run_by_lifespans(call.program) and _is_if_missing(call):
            continue  # it has been there since the start
        end = find_call(target, blocks, _steps)
        if end and _is_left_out(end, call):
            end = find_call(target, functools.partial(_blocks_for, call), _steps)
        if end:
            if severity(end) == "low":
                end = find_call(target, _is_worse, _steps) or end
            yield call, end


def _is_if_missing(call: Node) -> bool:
    """Say whether a call makes what is not there yet: `if not models: load_models()`."""
    for above in call.ancestors:
        match above.test.ast:
            case ast.UnaryOp(op=ast.Not(), operand=ast.Name() | ast.Attribute()):
                is_asked = True
            case ast.Compare(ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
                is_asked = True
            case _:
                is_asked = False
        if is_asked and any(statement.holds(call) for statement in above.body):
            return True
    return False


def _gets_async_session(call: Node, target: Node) -> bool:
    """Say whether a call gives an AsyncSession to code that is written for a Session."""
    return any(
        p.annotation.text == "Session" and is_async_session(p.passed(call))
        for p in target.parameters
    )


def _blocks_for(caller: Node, call: Node) -> bool:
    return blocks(call) and not _is_left_out(call, caller)


def _is_left_out(end: Node, caller: Node | None = None) -> bool:
    """Say whether a call is below `if flag`, where the caller passes False for the flag.

    That is one caller of its function, or all.
    """
    switches = [flag for flag in _flags(end) if flag.function == end.function]
    if not switches:
        return False
    function = end.function
    if caller is not None and caller.callee == function:
        callers = [caller]
    else:
        callers = [] if function in roots(function.program) else function.callers
    return bool(callers) and any(all(_is_off(f, call) for call in callers) for f in switches)


def _flags(end: Node) -> Iterator[Node]:
    """Yield the parameters that skip a call if one of them is False."""
    for branch in end.ancestors:
        if branch.is_function:
            return
        if isinstance(branch.ast, ast.If) and any(s.holds(end) for s in branch.body):
            test = branch.test
            is_all = isinstance(test.ast, ast.BoolOp) and isinstance(test.ast.op, ast.And)
            for part in test.operands if is_all else [test]:
                bound = part.bound
                if bound is not None and bound.kind == "param":
                    yield part.at(bound.node)


def _is_off(flag: Node, call: Node) -> bool:
    """Say whether a call passes False for a parameter, or leaves it at its default False."""
    given = flag.passed(call)
    return not call.has_unpacking and (given or flag.default).literal is False
