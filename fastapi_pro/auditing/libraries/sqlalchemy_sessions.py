"""Sessions of SQLAlchemy: who holds them, who uses them, and how long they live."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.legacy_fastapi import (
    Dependency,
    Route,
    dependencies,
    depends,
    params,
    routes,
)
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Binding,
    Module,
    Program,
    callee,
    callers,
    inherits,
    is_a,
    is_session,
    keyword,
    own_nodes,
    passed,
    type_of,
)
from fastapi_pro.auditing.model.library_types import ASYNC_MAKER, ASYNC_SESSION, MAKER, SESSION

COROUTINES = {
    "close", "commit", "connection", "delete", "exec", "execute", "flush", "get", "get_one",
    "merge", "refresh", "rollback", "run_sync", "scalar", "scalars", "stream", "stream_scalars",
}  # fmt: skip
"""The methods of AsyncSession that are coroutines."""

QUERIES = {
    "connection", "exec", "execute", "flush", "get", "get_one", "merge", "refresh", "run_sync",
    "scalar", "scalars", "stream", "stream_scalars",
}  # fmt: skip
"""The methods that take a connection from the pool."""

_DEPTH = 4  # of calls followed


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """A call of a session's method; `session` is the expression of the session."""

    call: ast.Call
    session: ast.expr
    method: str


def is_async_session(program: Program, module: Module, expr: ast.AST | None) -> bool:
    """Say whether an expression is an AsyncSession."""
    return is_a(program, module, expr, ASYNC_SESSION)


def makes_session(program: Program, module: Module, expr: ast.AST | None) -> bool:
    """Say whether an expression opens a session: `sessionmaker()`, `AsyncSession(engine)`."""
    if not isinstance(expr, ast.Call):
        return False
    if inherits(program, type_of(program, module, expr.func), MAKER, ASYNC_MAKER):
        return True
    origin = program.resolve(module, expr.func)
    if isinstance(origin, At) and not isinstance(origin.node, ast.ClassDef):
        return False
    return inherits(program, origin, SESSION, ASYNC_SESSION)


def uses(program: Program, function: At) -> Iterator[Use]:
    """Yield the calls of methods of sessions in a function's own body."""
    for node in own_nodes(function.node):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            method = node.func.attr
            is_known = method in COROUTINES or method in ("begin", "query", "add", "add_all")
            if is_known and is_session(program, function.module, node.func.value):
                yield Use(node, node.func.value, method)


def same(one: ast.AST, other: ast.AST) -> bool:
    """Say whether two expressions are the same name, or the same attribute of the same name."""
    return dotted(one) == dotted(other) != ""


def dotted(expr: ast.AST | None) -> str:
    """Return `a.b.c` of names and attributes, "" for anything else."""
    if isinstance(expr, ast.Name):
        return expr.id
    if isinstance(expr, ast.Attribute):
        base = dotted(expr.value)
        return f"{base}.{expr.attr}" if base else ""
    return ""


def parameters_given(
    program: Program, module: Module, call: ast.Call, given: str
) -> Iterator[tuple[At, str]]:
    """Yield the function of the program that a call runs, and what it calls the session there.

    `given` is the session here, as `dotted` writes it; `self.session` keeps its name.
    """
    target = callee(program, module, call)
    if target is None or not isinstance(target.node, FUNCTIONS):
        return
    arguments = target.node.args
    for arg in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        if dotted(passed(target.module, target.node, arg, call)) == given:
            yield target, arg.arg
    is_own = isinstance(call.func, ast.Attribute) and dotted(call.func.value) == "self"
    if is_own and given.startswith("self."):
        yield target, given


def touches(
    program: Program, function: At, session: str, methods: set[str], depth: int = 0
) -> bool:
    """Say whether a function calls one of these methods of a session, or what it calls does."""
    for node in own_nodes(function.node):
        if not isinstance(node, ast.Call):
            continue
        func = node.func
        is_wanted = isinstance(func, ast.Attribute) and func.attr in methods
        if is_wanted and dotted(func.value) == session:  # type: ignore[attr-defined]
            return True
        if depth < _DEPTH:
            for target, name in parameters_given(program, function.module, node, session):
                if touches(program, target, name, methods, depth + 1):
                    return True
    return False


def names_in(node: ast.AST, name: str) -> Iterator[ast.Name]:
    """Yield the places in an expression or a function that read a name."""
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id == name and isinstance(part.ctx, ast.Load):
            yield part


def closes_at_return(program: Program, function: At, name: ast.Name, depth: int = 0) -> bool:
    """Say whether a session is closed before the response is sent.

    It is where its dependency has `scope="function"`, or where a `with` of this function opened
    it; of a function that is handed the session, where that is so at every call.
    """
    binding = program.binding(function.module, name)
    if binding is None:
        return False
    if binding.kind == "assign" and isinstance(binding.node, ast.Name) and depth < _DEPTH:
        return closes_at_return(program, function, binding.node, depth + 1)
    if binding.kind == "with":
        return _is_inside(function.module, name, binding)
    if binding.kind != "param":
        return False
    for param in params(program, function):
        if param.arg is binding.node:
            dependency = depends(program, param)
            if dependency is not None:
                return dependency.scope == "function" and _yields(dependency)
    node = function.node
    if depth >= _DEPTH or not isinstance(node, FUNCTIONS) or not isinstance(binding.node, ast.arg):
        return False
    given = [
        (module, module.function_of(call), passed(function.module, node, binding.node, call))
        for module, call in callers(program, function)
    ]
    return bool(given) and all(
        holder is not None
        and isinstance(value, ast.Name)
        and closes_at_return(program, At(module, holder), value, depth + 1)
        for module, holder, value in given
    )


def _is_inside(module: Module, name: ast.Name, binding: Binding) -> bool:
    return any(
        isinstance(above, (ast.With, ast.AsyncWith))
        and any(item.context_expr is binding.node for item in above.items)
        for above in module.ancestors(name)
    )


def _yields(dependency: Dependency) -> bool:
    target = dependency.target
    return target is not None and any(isinstance(n, ast.Yield) for n in own_nodes(target.node))


def captured(program: Program, module: Module, closure: ast.AST) -> Iterator[tuple[At, ast.Name]]:
    """Yield the sessions of an outer function that a nested one or a lambda uses.

    With each comes the outer function.
    """
    for node in ast.walk(closure):
        if not isinstance(node, ast.Name) or not isinstance(node.ctx, ast.Load):
            continue
        if not is_session(program, module, node):
            continue
        scopes = [a for a in module.ancestors(closure) if isinstance(a, FUNCTIONS)]
        binding = program.binding(module, node)
        for scope in scopes:
            if binding in module.bindings(scope).get(node.id, ()):
                yield At(module, scope), node
                break


def two_scopes(program: Program) -> dict[At, tuple[Route, Dependency]]:
    """Return the dependencies that give one request two sessions; for `program.fact`.

    With each come the first endpoint where it does, and the `Depends` of request scope.
    """
    found: dict[At, tuple[Route, Dependency]] = {}
    scopes = {d.scope for d in program.fact(dependencies)}
    for route in program.fact(routes) if "function" in scopes else ():
        by_target: dict[At, dict[bool, Dependency]] = defaultdict(dict)
        for dependency in dependencies_of(program, route):
            if dependency.target is not None and _yields(dependency):
                is_short = dependency.scope == "function"
                by_target[dependency.target].setdefault(is_short, dependency)
        for target, by_scope in by_target.items():
            if len(by_scope) == 2 and target not in found and _gives_session(program, target):
                found[target] = (route, by_scope[False])
    return found


def dependencies_of(program: Program, route: Route) -> list[Dependency]:
    """Return the dependencies of an endpoint, of its router, and theirs."""
    found = [d for p in params(program, route.function) if (d := depends(program, p))]
    made = route.call.func.value if isinstance(route.call.func, ast.Attribute) else None
    router = program.value(route.module, made)
    for at in (router, At(route.module, route.call)):
        listed = keyword(at.node, "dependencies") if at and isinstance(at.node, ast.Call) else None
        if isinstance(listed, ast.List):
            assert at is not None
            calls = {id(d.call): d for d in program.fact(dependencies)}
            found += [calls[id(e)] for e in listed.elts if id(e) in calls]
    seen: set[At] = set()
    for dependency in found:  # grows while it is walked
        if dependency.target is not None and dependency.target not in seen:
            seen.add(dependency.target)
            inner = params(program, dependency.target)
            found += [d for p in inner if (d := depends(program, p))]
    return found


def _gives_session(program: Program, target: At) -> bool:
    return any(
        isinstance(node, ast.Yield) and is_session(program, target.module, node.value)
        for node in own_nodes(target.node)
    )
