"""A background task that is handed a session which is closed before it runs."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import captured, closes_at_return
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    inherits,
    is_a,
    is_session,
    member_type,
    own_nodes,
    type_of,
)
from fastapi_pro.auditing.model.library_types import ASYNC_SESSION, SESSION

_TASKS = "fastapi.BackgroundTasks"
_TASK = ("fastapi.BackgroundTask", "starlette.background.BackgroundTask")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that hand a session over, by argument, partial, closure or `self`."""
    for module in program.code:
        for call in module.nodes(ast.Call):
            if not _is_task(program, module, call):
                continue
            name = next(_handed_over(program, module, call), None)
            if name is not None:
                yield Hit(
                    module, call,
                    f"the task gets `{name}`, which is closed when the task runs: what it changes"
                    " is not committed, or its connection is never given back",
                )  # fmt: skip


def _is_task(program: Program, module: Module, call: ast.Call) -> bool:
    func = call.func
    if isinstance(func, ast.Attribute) and func.attr == "add_task":
        return is_a(program, module, func.value, _TASKS)
    last = func.attr if isinstance(func, ast.Attribute) else "BackgroundTask"
    return last == "BackgroundTask" and program.name_of(module, func) in _TASK


def _handed_over(program: Program, module: Module, call: ast.Call) -> Iterator[str]:
    """Yield the names of the sessions that a task gets and that are closed before it runs."""
    holder = module.function_of(call)
    if holder is None:
        return
    function = At(module, holder)
    values = [*call.args, *(k.value for k in call.keywords)]
    for work in values[:1]:
        values += _of_partial(program, module, work)
        values += _of_method(program, module, work)
        target = program.resolve(module, work)
        closure = target.node if isinstance(target, At) else None
        if isinstance(closure, (*FUNCTIONS, ast.Lambda)):
            for outer, name in captured(program, module, closure):
                if closes_at_return(program, outer, name):
                    yield name.id
    for value in values:
        if (
            isinstance(value, ast.Name)
            and is_session(program, module, value)
            and closes_at_return(program, function, value)
        ):
            yield value.id


def _of_partial(program: Program, module: Module, work: ast.expr) -> list[ast.expr]:
    made = program.value(module, work)
    if made is None or program.call_name(made.module, made.node) != "functools.partial":
        return []
    assert isinstance(made.node, ast.Call)
    return [*made.node.args, *(k.value for k in made.node.keywords)]


def _of_method(program: Program, module: Module, work: ast.expr) -> list[ast.expr]:
    """Return what the object of a bound method was made of, if the method uses its session."""
    if not isinstance(work, ast.Attribute):
        return []
    made = program.value(module, work.value)
    owner = type_of(program, module, work.value)
    if made is None or made.module is not module or not isinstance(made.node, ast.Call):
        return []
    if not isinstance(owner, At) or program.resolve(module, made.node.func) != owner:
        return []
    method = program.method(owner, work.attr)
    for node in own_nodes(method.node) if method is not None else ():
        is_own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        if is_own and node.value.id == "self":  # type: ignore[attr-defined]
            kind = member_type(program, owner, node.attr)  # type: ignore[attr-defined]
            if inherits(program, kind, SESSION, ASYNC_SESSION):
                return [*made.node.args, *(k.value for k in made.node.keywords)]
    return []
