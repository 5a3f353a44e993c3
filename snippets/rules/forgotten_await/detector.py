"""Coroutines that nobody awaits: of an async session, or of the program's own functions."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import is_generator
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import COROUTINES, dotted, is_async_session
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Function,
    Module,
    Program,
    callee,
    calls_in,
    own_nodes,
    type_of,
)

_ONLY_SESSIONS = {"commit", "flush", "refresh", "rollback", "scalar", "scalars"}
_OWN = {"close", "send", "throw", "cr_frame", "cr_running", "cr_code", "add_done_callback"}
_KEPT = {
    "append", "as_completed", "create_task", "ensure_future", "gather", "shield", "wait",
    "wait_for", "run_until_complete", "run_coroutine_threadsafe", "run",
}  # fmt: skip
_PLAIN = {"staticmethod", "classmethod"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls whose coroutine is thrown away, read, or only tested."""
    for function in program.functions:
        module, node = function.module, function.node
        assert isinstance(node, FUNCTIONS)
        sessions: set[str] | None = None
        for call in calls_in(node):
            func = call.func
            above = module.parent(call)
            if isinstance(above, ast.Await):
                continue
            if isinstance(func, ast.Attribute) and func.attr in COROUTINES:
                if sessions is None:
                    sessions = _untyped_sessions(program, module, node)
                is_session = is_async_session(program, module, func.value) or (
                    dotted(func.value) in sessions
                )
                why = _forgotten(module, node, call) if is_session else ""
                if why:
                    yield Hit(module, call, f"`{dotted(func)}` is not awaited: {why}")
                if is_session:
                    continue
            if isinstance(above, ast.Expr) and isinstance(node, ast.AsyncFunctionDef):
                target = callee(program, module, call)
                if target is not None and _is_coroutine(program, target):
                    yield Hit(
                        module, call,
                        f"`{dotted(func) or ast.unparse(func)}` is not awaited: it never runs",
                    )  # fmt: skip


def _untyped_sessions(program: Program, module: Module, function: Function) -> set[str]:
    """Return the parameters without a type of which a session's coroutine is awaited here."""
    found = set()
    for node in own_nodes(function):
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
            func = node.value.func
            if not isinstance(func, ast.Attribute) or func.attr not in _ONLY_SESSIONS:
                continue
            if isinstance(func.value, ast.Name) and type_of(program, module, func.value) is None:
                binding = program.binding(module, func.value)
                if binding is not None and binding.kind == "param" and binding.annotation is None:
                    found.add(func.value.id)
    return found


def _forgotten(module: Module, function: Function, call: ast.Call) -> str:
    """Return what happens to a coroutine that nobody awaits, or ""."""
    match module.parent(call):
        case ast.Expr():
            return "it never runs"
        case ast.Attribute(attr=attr) if attr not in _OWN:
            return f"a coroutine has no `{attr}`"
        case ast.Subscript(value=value) | ast.For(iter=value) if value is call:
            return "a coroutine is no collection"
        case ast.If(test=test) | ast.While(test=test) | ast.Assert(test=test) if test is call:
            return "a coroutine is always true"
        case ast.UnaryOp(op=ast.Not()) | ast.Compare():
            return "a coroutine is always true, and equals nothing"
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return _of_name(module, function, name, call)
        case ast.NamedExpr(target=ast.Name(id=name)):
            return _of_name(module, function, name, call)
    return ""


def _of_name(module: Module, function: Function, name: str, call: ast.Call) -> str:
    """Return what happens to a coroutine that is kept in a variable, or "" if it is awaited."""
    reads = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Load)
        if node.lineno >= call.lineno
    ]
    if any(_is_kept(module, node) for node in reads):
        return ""
    for node in reads:
        match module.parent(node):
            case ast.Attribute(attr=attr) if attr not in _OWN:
                return f"`{name}` is a coroutine and has no `{attr}`"
            case ast.UnaryOp(op=ast.Not()) | ast.Compare() | ast.BoolOp():
                return f"`{name}` is a coroutine, which is always true and equals nothing"
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test) if test is node:
                return f"`{name}` is a coroutine, which is always true"
    return "" if reads else "it never runs"


def _is_kept(module: Module, name: ast.Name) -> bool:
    """Say whether a coroutine is awaited here, or handed to what will await it."""
    for above in module.ancestors(name):
        if isinstance(above, (ast.Await, ast.Yield)):
            return True
        if isinstance(above, ast.Call):
            func = above.func
            last = func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "")
            if last in _KEPT:
                return True
        if isinstance(above, (ast.Lambda, ast.stmt)):
            return False
    return False


def _is_coroutine(program: Program, target: At) -> bool:
    """Say whether calling a function gives a coroutine: no decorator makes something else of it."""
    node = target.node
    if not isinstance(node, ast.AsyncFunctionDef) or is_generator(node):
        return False
    return all(
        (isinstance(d, ast.Name) and d.id in _PLAIN)
        or (
            (isinstance(d, ast.Call) and program.name_of(target.module, d.func) == "")
            and _is_route(d)
        )
        for d in node.decorator_list
    )


def _is_route(decorator: ast.Call) -> bool:
    func = decorator.func
    return isinstance(func, ast.Attribute) and func.attr in (
        "get",
        "post",
        "put",
        "patch",
        "delete",
    )
