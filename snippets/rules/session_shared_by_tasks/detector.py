"""One session in several tasks at once."""

import ast
import itertools
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import is_awaited
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    COROUTINES,
    captured,
    dotted,
    is_async_session,
    parameters_given,
    touches,
)
from fastapi_pro.auditing.model.flow import reaches
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    callee,
    calls_in,
    own_nodes,
)

_GATHERS = {"asyncio.gather", "asyncio.wait", "asyncio.as_completed"}
_STARTS = {"asyncio.create_task", "asyncio.ensure_future"}
_METHODS = {"create_task", "start_soon"}
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the `gather` of tasks that use one session, or the task that is the second to do so."""
    for function in program.functions:
        if not isinstance(function.node, ast.AsyncFunctionDef):
            continue
        module = function.module
        started: dict[str, list[ast.Call]] = defaultdict(list)
        for call in calls_in(function.node):
            node = _last_name(call)
            is_name = isinstance(call.func, ast.Name)
            if not is_name and node not in (
                "gather",
                "wait",
                "as_completed",
                "ensure_future",
                *_METHODS,
            ):
                continue
            name = program.name_of(module, call.func)
            if name in _GATHERS:
                shared = _shared(program, function, call)
                if shared:
                    yield Hit(module, call, _message(shared, "these tasks"))
            elif name in _STARTS or (node in _METHODS and not is_name):
                for session in sorted(_of_start(program, function, call)):
                    started[session].append(call)
        for session, calls in started.items():
            second = _second(module, function.node, calls)
            if second is not None:
                yield Hit(module, second, _message(session, "several tasks that run at once"))
                break


def _message(session: str, who: str) -> str:
    return (
        f"`{session}` is used by {who}: it runs one query at a time, and raises as soon as one of"
        " them writes or must wait for a connection"
    )


def _last_name(call: ast.Call) -> str:
    """Return the last name of what is called."""
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")


def _shared(program: Program, function: At, call: ast.Call) -> str:
    """Return the session that two or more of the gathered coroutines use."""
    counts: dict[str, int] = defaultdict(int)
    values: list[ast.expr] = []
    for arg in call.args:
        values += arg.elts if isinstance(arg, (ast.List, ast.Tuple, ast.Set)) else [arg]
    for value in values:
        inner = value.value if isinstance(value, ast.Starred) else value
        for task, times in _tasks(program, function, inner):
            for session in _of_task(program, function, task):
                counts[session] += times
    return next((session for session, count in counts.items() if count > 1), "")


def _tasks(program: Program, function: At, value: ast.expr) -> Iterator[tuple[ast.Call, int]]:
    """Yield the coroutines that an argument stands for; 2 for one that is made in a loop."""
    module = function.module
    if isinstance(value, (ast.GeneratorExp, ast.ListComp, ast.SetComp)):
        if isinstance(value.elt, ast.Call):
            yield value.elt, 2
    elif isinstance(value, ast.Call):
        yield value, 1
    elif isinstance(value, (ast.List, ast.Tuple)):
        for element in value.elts:
            if isinstance(element, ast.Call):
                yield element, 1
    elif isinstance(value, ast.Name):
        made = program.value(module, value)
        if (
            made is not None
            and made.module is module
            and isinstance(made.node, (ast.List, ast.Tuple, ast.ListComp, ast.Call))
        ):
            yield from _tasks(program, function, made.node)
        for call in calls_in(function.node):
            func = call.func
            if not isinstance(func, ast.Attribute) or func.attr != "append" or not call.args:
                continue
            task = call.args[0]
            if dotted(func.value) == value.id and isinstance(task, ast.Call):
                yield task, 2 if _is_repeated(module, call, function.node) else 1


def _is_repeated(module: Module, node: ast.AST, stop: ast.AST) -> bool:
    for above in module.ancestors(node):
        if above is stop:
            return False
        if isinstance(above, (*_LOOPS, ast.ListComp, ast.GeneratorExp, ast.SetComp)):
            return True
    return False


def _of_start(program: Program, function: At, call: ast.Call) -> set[str]:
    """Return the sessions that `create_task(f(session))` or `start_soon(f, session)` uses."""
    if not call.args:
        return set()
    if _last_name(call) == "start_soon":
        started = ast.Call(call.args[0], call.args[1:], [])
        return _of_task(program, function, started)
    task = call.args[0]
    return _of_task(program, function, task) if isinstance(task, ast.Call) else set()


def _of_task(program: Program, function: At, task: ast.Call) -> set[str]:
    """Return the sessions of this function that a coroutine uses, as `dotted` writes them."""
    module = function.module
    if _last_name(task) in ("create_task", "ensure_future") and task.args:
        inner = task.args[0]
        return _of_task(program, function, inner) if isinstance(inner, ast.Call) else set()
    func = task.func
    if (
        isinstance(func, ast.Attribute)
        and func.attr in COROUTINES
        and is_async_session(program, module, func.value)
    ):
        return {dotted(func.value)} - {""}
    target = callee(program, module, task)
    if target is not None and _locks(target):
        return set()
    found = set()
    for value in (*task.args, *(k.value for k in task.keywords)):
        name = dotted(value)
        if not name or not is_async_session(program, module, value):
            continue
        if not _is_outer(program, function, value):
            continue
        given = list(parameters_given(program, module, task, name))
        if not given or any(touches(program, at, inner, COROUTINES) for at, inner in given):
            found.add(name)
    if target is not None and target.module is module and isinstance(func, ast.Name):
        for outer, session in captured(program, module, target.node):
            is_used = outer == function and touches(program, target, session.id, COROUTINES)
            if is_used and is_async_session(program, module, session):
                found.add(session.id)
    owner = dotted(func.value) if isinstance(func, ast.Attribute) else ""
    if (
        owner
        and target is not None
        and isinstance(target.node, ast.AsyncFunctionDef)
        and _uses_own(program, target, 0)
    ):
        found.add(f"{owner}'s session" if owner != "self" else "self's session")
    return found


def _is_outer(program: Program, function: At, value: ast.expr) -> bool:
    """Say whether a session was there before the task, not made by the comprehension or loop."""
    while isinstance(value, ast.Attribute):
        value = value.value
    binding = program.binding(function.module, value) if isinstance(value, ast.Name) else None
    if binding is None or binding.kind not in ("param", "assign", "with"):
        return False
    return not _is_repeated(function.module, binding.node, function.node)


def _uses_own(program: Program, method: At, depth: int) -> bool:
    """Say whether a method awaits a query of a session that its object keeps."""
    for node in own_nodes(method.node):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        owner = node.func.value
        if (
            node.func.attr in COROUTINES
            and dotted(owner).startswith("self.")
            and is_awaited(method.module, node)
            and is_async_session(program, method.module, owner)
        ):
            return True
        if depth < 3 and dotted(owner).partition(".")[0] == "self":
            target = callee(program, method.module, node)
            if (
                target is not None
                and target != method
                and isinstance(target.node, FUNCTIONS)
                and not _locks(target)
                and _uses_own(program, target, depth + 1)
            ):
                return True
    return False


def _locks(target: At) -> bool:
    """Say whether a coroutine takes its turn: `async with lock`, a semaphore."""
    for node in own_nodes(target.node):
        if isinstance(node, ast.AsyncWith):
            for item in node.items:
                name = dotted(item.context_expr).lower()
                if "lock" in name or "sem" in name:
                    return True
    return False


def _second(module: Module, function: ast.AST, calls: list[ast.Call]) -> ast.Call | None:
    """Return the task that runs beside another: the second, or one that is started in a loop."""
    calls = [call for call in calls if not is_awaited(module, call)]
    for call in calls:
        if _is_repeated(module, call, function) and not _is_awaited_in_loop(module, call):
            return call
    for first, call in itertools.pairwise(calls):
        if reaches(module, first, call) and not _is_joined(module, function, first, call):
            return call
    return None


def _is_awaited_in_loop(module: Module, call: ast.Call) -> bool:
    """Say whether a loop waits for the task that it starts, by name or by a `with` of its own."""
    for above in module.ancestors(call):
        if isinstance(above, ast.AsyncWith):
            return True
        if isinstance(above, _LOOPS):
            name = _name(module, call)
            return any(
                isinstance(node, ast.Await)
                and name
                and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))
                for node in ast.walk(above)
            )
    return False


def _is_joined(module: Module, function: ast.AST, first: ast.Call, second: ast.Call) -> bool:
    """Say whether the first task was waited for before the second one was started."""
    one = [a for a in module.ancestors(first) if isinstance(a, ast.AsyncWith)]
    other = [a for a in module.ancestors(second) if isinstance(a, ast.AsyncWith)]
    if _last_name(first) != "ensure_future" and one and (not other or one[0] is not other[0]):
        return True
    name = _name(module, first)
    for node in own_nodes(function):
        if (
            isinstance(node, ast.Await)
            and first.lineno < node.lineno < second.lineno
            and name
            and any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(node))
        ):
            return True
    return False


def _name(module: Module, call: ast.Call) -> str:
    holder = module.parent(call)
    target = holder.targets[0] if isinstance(holder, ast.Assign) else None
    return target.id if isinstance(target, ast.Name) else ""
