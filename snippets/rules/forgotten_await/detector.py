"""Coroutines that nobody awaits: of an async session, or of the program's own functions."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_async_session, is_session
from fastapi_pro.auditing.libraries.stores import DOCUMENT_COROUTINES, async_collection
from fastapi_pro.auditing.model.library_types import COROUTINES

_ONLY_SESSIONS = {"commit", "flush", "refresh", "rollback", "scalar", "scalars"}
_OWN = {"close", "send", "throw", "cr_frame", "cr_running", "cr_code", "add_done_callback"}
_KEPT = {
    "append", "as_completed", "create_task", "ensure_future", "gather", "shield", "wait",
    "wait_for", "run_until_complete", "run_coroutine_threadsafe", "run",
}  # fmt: skip
_USES = (
    ast.Expr, ast.Attribute, ast.Subscript, ast.For, ast.If, ast.While, ast.Assert, ast.UnaryOp,
    ast.Compare, ast.Assign, ast.AnnAssign, ast.NamedExpr,
)  # fmt: skip
_NEVER = "it never runs"
_LOST = "nobody sees when it fails, and the answer may come before it has run"
_LONGEST = 90  # characters of code in a fix
_ROUTES = ("get", "post", "put", "patch", "delete")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls whose coroutine is thrown away, read, or only tested."""
    for function in program.functions:
        is_coroutine = function.is_coroutine
        for call in function.calls:
            if is_coroutine and call.member in DOCUMENT_COROUTINES and not call.is_awaited:
                if client := async_collection(call.owner):
                    yield from _of_collection(function, call, client)
                continue
            if not (is_coroutine or call.member in COROUTINES) or call.is_awaited:
                continue
            if not isinstance(call.parent.ast, _USES):
                continue
            if call.member in COROUTINES and _is_of_session(function, call):
                if why := _forgotten(function, call):
                    yield _hit(call, f"`{call.func.dotted}` is not awaited: {why}")
            elif is_coroutine and _gives_coroutine(call) and (why := _forgotten(function, call)):
                yield _hit(call, f"`{call.func.text}` is not awaited: {why}")
    for function in {endpoint.function: None for endpoint in http_endpoints(program)}:
        for answer in function.returned:
            if answer.is_call and _gives_coroutine(answer):
                is_async = function.is_coroutine
                yield answer.hit(
                    f"`{answer.func.text}` is not awaited: it never runs, and the client gets a"
                    " 500",
                    fix="Await it" if is_async else "Make the endpoint `async def`, and await it",
                )


def _of_collection(function: Node, call: Node, client: str) -> Iterator[Hit]:
    """Yield a call of a collection: Motor's give a Future, and run although nobody awaits them."""
    why = _forgotten(function, call)
    if client.startswith("motor."):
        why = _LOST if why == _NEVER else why.replace("a coroutine", "a Future")
    if why:
        severity = "medium" if why == _LOST else ""
        yield _hit(call, f"`{call.func.text}` is not awaited: {why}", severity)


def _hit(call: Node, message: str, severity: str = "") -> Hit:
    text = f"await {call.func.text}(...)"
    if member := call.parent.member if call.parent.owner == call else "":
        is_called = call.parent.parent.func == call.parent
        text = f"({text}).{member}{'()' * is_called}"
    fix = f"Await it: `{text}`" if len(text) < _LONGEST else "Await it"
    function = call.function
    if not function.is_coroutine:
        fix = f"Make `{function.name}` `async def`, and a{fix[1:]}"
    return call.hit(message, severity=severity, fix=fix)


def _is_of_session(function: Node, call: Node) -> bool:
    if is_async_session(call.owner) or _is_always_async(call.owner):
        return True
    return call.owner.dotted in function.program.once(_untyped_sessions, function.ast, function)


def _is_always_async(session: Node) -> bool:
    """Say whether all callers give an AsyncSession for a parameter, whatever its annotation."""
    bound = session.bound
    if bound is None or bound.kind != "param" or not is_session(session):
        return False
    parameter = session.at(bound.node)
    given = [parameter.passed(call) for call in parameter.function.callers]
    return bool(given) and all(map(is_async_session, given))


def _untyped_sessions(function: Node) -> set[str]:
    """Return the parameters without a type of which a session's coroutine is awaited here."""
    found = set()
    for call in function.calls:
        name = call.owner
        if call.member in _ONLY_SESSIONS and name.name and call.is_awaited and name.type is None:
            bound = name.bound
            if bound is not None and bound.kind == "param" and bound.annotation is None:
                found.add(name.name)
    return found


def _forgotten(function: Node, call: Node) -> str:
    """Return what happens to a coroutine that nobody awaits, or ""."""
    match call.parent.ast:
        case ast.Expr():
            return _NEVER
        case ast.Attribute(attr=attr) if attr not in _OWN:
            return f"a coroutine has no `{attr}`"
        case ast.Subscript(value=value) | ast.For(iter=value) if value is call.ast:
            return "a coroutine is not a collection"
        case ast.If(test=test) | ast.While(test=test) | ast.Assert(test=test) if test is call.ast:
            return "a coroutine is always true"
        case ast.UnaryOp(op=ast.Not()) | ast.Compare():
            return "a coroutine is always true, and equals nothing"
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return _of_name(function, name, call)
        case ast.NamedExpr(target=ast.Name(id=name)):
            return _of_name(function, name, call)
    return ""


def _of_name(function: Node, name: str, call: Node) -> str:
    """Return what happens to a coroutine that is kept in a variable, or "" if it is awaited."""
    named = (node for node in function.walk(ast.Name) if node.name == name)
    reads = [node for node in named if node.is_read and node.line >= call.line]
    if any(map(_is_kept, reads)):
        return ""
    for read in reads:
        match read.parent.ast:
            case ast.Attribute(attr=attr) if attr not in _OWN:
                return f"`{name}` is a coroutine and has no `{attr}`"
            case ast.UnaryOp(op=ast.Not()) | ast.Compare() | ast.BoolOp():
                return f"`{name}` is a coroutine, which is always true and equals nothing"
            case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
                if test is read.ast:
                    return f"`{name}` is a coroutine, which is always true"
    return "" if reads else _NEVER


def _is_kept(name: Node) -> bool:
    """Say whether a coroutine is awaited here, or handed to what will await it."""
    for above in name.ancestors:
        if isinstance(above.ast, (ast.Await, ast.Yield)):
            return True
        if above.is_call and above.last_name in _KEPT:
            return True
        if isinstance(above.ast, (ast.Lambda, ast.stmt)):
            return False
    return False


def _gives_coroutine(call: Node) -> bool:
    """Say whether a call gives a coroutine: no decorator makes something else of its function."""
    function = call.callee
    if not function.is_coroutine or function.is_generator or _may_run_another(call):
        return False
    return all(
        decorator.name in ("staticmethod", "classmethod")
        or (decorator.is_call and decorator.member in _ROUTES and not decorator.called)
        for decorator in function.decorators
    )


def _may_run_another(call: Node) -> bool:
    """Say whether an object may be of an heir of its class that has the method as a plain `def`.

    An object that is made right there is of no heir.
    """
    kind = call.owner.type_class
    if not kind or call.owner.value.func.definition == kind:
        return False
    methods = (heir.method(call.member) for heir in call.program.classes if kind in heir.lineage)
    return any(method.is_function and not method.is_coroutine for method in methods)
