"""The order in which an application's middleware is added, factories followed."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.legacy_call_graph import is_http_middleware
from fastapi_pro.auditing.libraries.legacy_fastapi import apps, is_app
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    argument,
    callee,
    keyword,
    own_nodes,
)

CORS = "fastapi.middleware.cors.CORSMiddleware"
_DEPTH = 6


@dataclass(frozen=True, slots=True, eq=False)
class Added:
    """One middleware: where it is added; `kind` is its class or function, or a library's name."""

    module: Module
    node: ast.AST
    kind: At | str | None


def app_stacks(program: Program) -> dict[ast.AST, list[Added]]:
    """Return the middleware of each call that makes an application; for `program.fact`.

    It is in the order in which it is added: the last is outermost.
    """
    return {app.node: _of_app(program, app) for app in program.fact(apps)}


def stacks(program: Program) -> list[list[Added]]:
    """Return the middleware of each application that has some; for `program.fact`."""
    return [stack for stack in program.fact(app_stacks).values() if stack]


def is_cors(program: Program, added: Added) -> bool:
    """Say whether a middleware is CORSMiddleware, or a class of the program that inherits it."""
    if isinstance(added.kind, At) and isinstance(added.kind.node, ast.ClassDef):
        return CORS in program.bases(added.kind)
    return added.kind == CORS


def _of_app(program: Program, app: At) -> list[Added]:
    assert isinstance(app.node, ast.Call)
    given = _given(program, app.module, keyword(app.node, "middleware"))
    stack: list[Added] = []
    if given is not None and isinstance(given.node, (ast.List, ast.Tuple)):
        for entry in given.node.elts:
            made = program.value(given.module, entry)
            if made is not None and isinstance(made.node, ast.Call):
                stack.append(_added(program, made.module, made.node, given.module, entry))
        stack.reverse()  # the first of the list is outermost
    module = app.module
    function = module.function_of(app.node)
    if function is not None:
        stack += _walk(program, module, function.body, _made_name(module, app.node), 0, set())
        if names := list(_variables(program, At(module, function))):
            for at, name in names:
                stack += _walk(program, at, at.tree.body, name, 0, set())
        return stack
    return stack + _walk_everywhere(program, module, _made_name(module, app.node))


def _given(program: Program, module: Module, expr: ast.expr | None) -> At | None:
    """Return what `middleware=` is given, through a function that returns one list."""
    given = program.value(module, expr)
    if given is None or not isinstance(given.node, ast.Call):
        return given
    maker = callee(program, given.module, given.node)
    if maker is None:
        return None
    returns = [node for node in own_nodes(maker.node) if isinstance(node, ast.Return)]
    return program.value(maker.module, returns[0].value) if len(returns) == 1 else None


def _made_name(module: Module, call: ast.Call) -> str:
    parent = module.parent(call)
    targets = (
        parent.targets
        if isinstance(parent, ast.Assign)
        else [parent.target]
        if isinstance(parent, ast.AnnAssign)
        else []
    )
    return next((t.id for t in targets if isinstance(t, ast.Name)), "")


def _variables(program: Program, factory: At) -> Iterator[tuple[Module, str]]:
    """Yield the top-level variables that hold what a factory returned."""
    for module in program.code:
        for statement in module.tree.body:
            if (
                isinstance(statement, ast.Assign)
                and isinstance(statement.value, ast.Call)
                and program.resolve(module, statement.value.func) == factory
            ):
                yield module, _made_name(module, statement.value)


def _walk_everywhere(program: Program, module: Module, name: str) -> list[Added]:
    return _walk(program, module, module.tree.body, name, 0, set())


def _walk(  # noqa: PLR0913, PLR0917
    program: Program, module: Module, body: list[ast.stmt], name: str, depth: int, seen: set[int]
) -> list[Added]:
    """Return what a body adds to the application called `name` in it, calls followed."""
    found: list[Added] = []
    if not name or depth > _DEPTH:
        return found
    for statement in body:
        if isinstance(statement, FUNCTIONS):
            found += [
                Added(module, decorator, At(module, statement))
                for decorator in statement.decorator_list
                if is_http_middleware(decorator) and _is_on(decorator, name)
            ]
            continue
        if isinstance(statement, ast.ClassDef):
            continue
        for call in _calls_of(statement):
            func = call.func
            if isinstance(func, ast.Attribute) and _is_named(func.value, name):
                if func.attr == "add_middleware":
                    found.append(_added(program, module, call, module, call))
                continue
            if is_http_middleware(func) and _is_on(func, name):
                function = program.resolve(module, call.args[0]) if call.args else None
                found.append(Added(module, call, function))
                continue
            target = callee(program, module, call)
            if target is None or id(target.node) in seen:
                continue
            parameter = _parameter(target, call, name)
            if parameter and isinstance(target.node, FUNCTIONS):
                found += _walk(
                    program,
                    target.module,
                    target.node.body,
                    parameter,
                    depth + 1,
                    seen | {id(target.node)},
                )
    return found


def _calls_of(statement: ast.stmt) -> Iterator[ast.Call]:
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return iter(sorted(calls, key=lambda call: (call.lineno, call.col_offset)))


def _is_on(decorator: ast.expr, name: str) -> bool:
    func = decorator.func if isinstance(decorator, ast.Call) else None
    return isinstance(func, ast.Attribute) and _is_named(func.value, name)


def _is_named(expr: ast.expr, name: str) -> bool:
    return isinstance(expr, ast.Name) and expr.id == name


def _parameter(target: At, call: ast.Call, name: str) -> str:
    """Return the parameter of `target` that gets the application."""
    assert isinstance(target.node, FUNCTIONS)
    names = [arg.arg for arg in (*target.node.args.posonlyargs, *target.node.args.args)]
    if isinstance(target.module.parent(target.node), ast.ClassDef):
        names = names[1:]
    for position, value in enumerate(call.args):
        if _is_named(value, name) and position < len(names):
            return names[position]
    for key in call.keywords:
        if _is_named(key.value, name) and key.arg:
            return key.arg
    return ""


def _added(program: Program, module: Module, call: ast.Call, at: Module, node: ast.AST) -> Added:
    kind = program.resolve(
        module, argument(call, 0, "middleware_class") or argument(call, 0, "cls")
    )
    return Added(at, node, kind)


def is_added_to_app(program: Program, module: Module, call: ast.Call) -> bool:
    """Say whether a call is `app.add_middleware(...)` on an application."""
    func = call.func
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "add_middleware"
        and is_app(program, module, func.value)
    )
