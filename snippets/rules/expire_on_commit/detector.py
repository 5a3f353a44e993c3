"""Async sessions whose objects are expired by a commit and read after it."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import is_awaited
from fastapi_pro.auditing.libraries.legacy_responses import http_routes
from fastapi_pro.auditing.libraries.sqlalchemy_models import model_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import Use, is_async_session, uses
from fastapi_pro.auditing.model.flow import position, reaches
from fastapi_pro.auditing.model.legacy import (
    At,
    Module,
    Program,
    callers,
    has_unpacking,
    keyword,
    own_nodes,
    type_of,
)
from fastapi_pro.auditing.model.library_types import ASYNC_MAKER, ASYNC_SESSION, MAKER

_READS_AGAIN = {"execute", "exec", "get", "get_one", "refresh", "scalar", "scalars", "merge"}
_SCHEMAS = {"model_validate", "from_orm"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each sessionmaker that expires, if something is read after a commit.

    Where any session of the program keeps its objects, nobody knows which one a function has.
    """
    makers = [
        (module, call)
        for module in program.code
        if not module.is_tool
        for call in program.calls(module, ASYNC_MAKER, MAKER, ASYNC_SESSION)
        if program.name_of(module, call.func) != MAKER
        or type_of(program, module, call) == ASYNC_MAKER
    ]
    if not makers or any(_keeps(program, module) for module in program.code):
        return
    read = next(_read_after_commit(program), None)
    for module, call in makers if read is not None else ():
        if has_unpacking(call) or _is_subclass(program, module, call):
            continue
        assert read is not None
        function, text = read
        assert isinstance(function.node, ast.AsyncFunctionDef)
        yield Hit(
            module, call,
            f"a commit expires every object: `{function.node.name}` in {function.module.name}"
            f" {text} after `await ...commit()`, which raises MissingGreenlet",
        )  # fmt: skip


def _keeps(program: Program, module: Module) -> bool:
    """Say whether a module sets `expire_on_commit` to something else than True."""
    for call in module.nodes(ast.Call):
        value = keyword(call, "expire_on_commit")
        if value is None or (isinstance(value, ast.Constant) and value.value is True):
            continue
        is_sync = program.name_of(module, call.func) == MAKER
        if not is_sync or type_of(program, module, call) == ASYNC_MAKER:
            return True
    return False


def _is_subclass(program: Program, module: Module, call: ast.Call) -> bool:
    given = keyword(call, "class_")
    return given is not None and program.name_of(module, given) != ASYNC_SESSION


def _read_after_commit(program: Program) -> Iterator[tuple[At, str]]:
    """Yield the functions that read an expired object, and what of it they read."""
    for function in program.functions:
        if not isinstance(function.node, ast.AsyncFunctionDef):
            continue
        used = list(uses(program, function))
        for use in used:
            if use.method != "commit" or not is_awaited(function.module, use.call):
                continue
            if is_async_session(program, function.module, use.session):
                for name, text in _reads(program, function):
                    if _is_expired(program, function, name, use, used):
                        yield function, text


def _reads(program: Program, function: At) -> Iterator[tuple[ast.Name, str]]:
    """Yield what may be an object that is read here: `user.name`, `return user`."""
    module = function.module
    for node in own_nodes(function.node):
        match node:
            case ast.Attribute(value=ast.Name() as name, ctx=ast.Load()):
                model = model_of(program, module, name)
                if model and node.attr in (model.columns.keys() | model.relationships.keys()):
                    yield name, f"reads `{name.id}.{node.attr}`"
            case ast.Return(value=ast.Name() as name):
                if model_of(program, module, name) and _is_result_read(program, function, 0):
                    yield name, f"returns `{name.id}`"
            case ast.Call(func=ast.Attribute(attr=method), args=[ast.Name() as name, *_]):
                if method in _SCHEMAS and model_of(program, module, name):
                    yield name, f"validates `{name.id}`"


def _is_result_read(program: Program, function: At, depth: int) -> bool:
    """Say whether an endpoint sends what a function returns."""
    if any(route.function == function for route in program.fact(http_routes)):
        return True
    for module, call in callers(program, function) if depth < 4 else ():
        above = module.parent(call)
        above = module.parent(above) if isinstance(above, ast.Await) else above
        holder = module.function_of(call)
        if holder is None:
            continue
        is_returned = isinstance(above, ast.Return)
        if isinstance(above, ast.Assign) and isinstance(above.targets[0], ast.Name):
            name = above.targets[0].id
            for node in own_nodes(holder):
                match node:
                    case ast.Attribute(value=ast.Name(id=read), ctx=ast.Load()) if read == name:
                        return True
                    case ast.Return(value=ast.Name(id=read)) if read == name:
                        is_returned = True
        if is_returned and _is_result_read(program, At(module, holder), depth + 1):
            return True
    return False


def _is_expired(
    program: Program, function: At, name: ast.Name, commit: Use, used: list[Use]
) -> bool:
    module = function.module
    binding = program.binding(module, name)
    if binding is None or (binding.line >= commit.call.lineno and binding.kind != "param"):
        return False
    if binding not in module.bindings(function.node).get(name.id, ()):
        return False
    if binding.kind not in ("param", "assign") or not reaches(module, commit.call, name):
        return False
    between = position(commit.call), position(name)
    for node in own_nodes(function.node):
        if isinstance(node, ast.Call) and between[0] < position(node) < between[1]:
            is_given = any(isinstance(arg, ast.Name) and arg.id == name.id for arg in node.args)
            if (
                is_given and isinstance(node.func, ast.Attribute) and node.func.attr not in _SCHEMAS
            ):  # refresh, expunge, or a helper that may
                return False
    for use in used:
        if use.method in _READS_AGAIN and between[0] < position(use.call) < between[1]:
            return False
    is_new = isinstance(binding.node, ast.Call) and isinstance(
        program.resolve(module, binding.node.func), At
    )
    return not is_new or _is_added(function, name.id, commit)


def _is_added(function: At, name: str, commit: Use) -> bool:
    """Say whether an object is in the session at the commit."""
    for node in own_nodes(function.node):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("add", "add_all")
            and position(node) < position(commit.call)
            and any(
                isinstance(n, ast.Name) and n.id == name for a in node.args for n in ast.walk(a)
            )
        ):
            return True
    return False
