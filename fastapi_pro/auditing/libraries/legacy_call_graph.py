"""Who calls whom, and what runs for a request."""

import ast
from collections.abc import Callable, Iterable, Iterator

from fastapi_pro.auditing.libraries.legacy_fastapi import (
    apps,
    dependencies,
    exception_handlers,
    lifespans,
    routes,
)
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    callee,
    calls_in,
    keyword,
    own_nodes,
)

_MIDDLEWARE_METHODS = ("__call__", "dispatch")
_CACHES = {"functools.cache", "functools.lru_cache", "cachetools.cached", "async_lru.alru_cache"}
_DEPTH = 6  # of calls followed


def request_functions(program: Program) -> set[At]:
    """Return the functions that run while a request waits; for `program.fact`.

    Endpoints, dependencies, middleware and exception handlers, and what they call within the
    program; what runs in a thread, a background task or a lifespan is not called by them.
    """
    roots = [route.function for route in program.fact(routes)]
    for dependency in program.fact(dependencies):
        target = dependency.target
        if target is not None and isinstance(target.node, ast.ClassDef):
            target = program.method(target, "__init__")
        if target is not None:
            roots.append(target)
    roots += [function for _, _, _, function in exception_handlers(program) if function]
    for module in program.code:
        for function in module.functions():
            if any(is_http_middleware(d) for d in function.decorator_list):
                roots.append(At(module, function))
        for cls in module.nodes(ast.ClassDef):
            if is_middleware_class(program, At(module, cls)):
                roots += filter(
                    None, (program.method(At(module, cls), m) for m in _MIDDLEWARE_METHODS)
                )
    return reached(program, roots) - program.fact(lifespans)


def is_http_middleware(decorator: ast.expr) -> bool:
    """Say whether a decorator is `@app.middleware("http")`."""
    return (
        isinstance(decorator, ast.Call) and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "middleware" and len(decorator.args) == 1
        and isinstance(decorator.args[0], ast.Constant) and decorator.args[0].value == "http"
    )  # fmt: skip


def is_middleware_class(program: Program, cls: At) -> bool:
    """Say whether a class is ASGI middleware: BaseHTTPMiddleware, or `__call__` of three."""
    if "fastapi.middleware.base.BaseHTTPMiddleware" in program.bases(cls):
        return True
    call = program.method(cls, "__call__")
    if call is None or not isinstance(call.node, ast.AsyncFunctionDef):
        return False
    names = [arg.arg for arg in call.node.args.args]
    return len(names) == 4 and names[1:3] == ["scope", "receive"]


def reached(program: Program, roots: Iterable[At]) -> set[At]:
    """Return the functions and all that they call within the program."""
    found: set[At] = set()
    queue = list(roots)
    while queue:
        function = queue.pop()
        if function in found or not isinstance(function.node, FUNCTIONS):
            continue
        found.add(function)
        queue += [target for _, target in called(program, function)]
    return found


def called(program: Program, function: At) -> Iterator[tuple[ast.Call, At]]:
    """Yield the calls in a function's own body to functions of the program, with those."""
    for call in calls_in(function.node):
        target = callee(program, function.module, call)
        if target is not None and isinstance(target.node, FUNCTIONS):
            yield call, target


def find_call(
    program: Program, function: At, is_wanted: Callable[[Module, ast.Call], bool],
) -> ast.Call | None:  # fmt: skip
    """Return the first wanted call of a plain function, or of plain functions that it calls.

    Coroutines are not followed: their calls are found where they stand. Nor are functions whose
    result is kept: they run once.
    """
    return _find_call(program, function, is_wanted, set(), 0)


def _find_call(
    program: Program, function: At, is_wanted: Callable[[Module, ast.Call], bool],
    seen: set[At], depth: int,
) -> ast.Call | None:  # fmt: skip
    if function in seen or depth > _DEPTH or is_cached(program, function):
        return None
    seen.add(function)
    for call in calls_in(function.node):
        if is_wanted(function.module, call):
            return call
    for _, target in called(program, function):
        if isinstance(target.node, ast.AsyncFunctionDef) or is_generator(target.node):
            continue
        if found := _find_call(program, target, is_wanted, seen, depth + 1):
            return found
    return None


def is_cached(program: Program, function: At) -> bool:
    """Say whether a decorator keeps what a function returns."""
    assert isinstance(function.node, FUNCTIONS)
    return any(
        program.name_of(function.module, d.func if isinstance(d, ast.Call) else d) in _CACHES
        for d in function.node.decorator_list
    )


def is_generator(function: ast.AST) -> bool:
    """Say whether a function has a `yield` of its own."""
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in own_nodes(function))


def is_awaited(module: Module, call: ast.AST) -> bool:
    """Say whether an expression is what an `await` waits for."""
    return isinstance(module.parent(call), ast.Await)


def commands(program: Program) -> Iterator[tuple[Module, ast.Call]]:
    """Yield the calls that start uvicorn: `uvicorn.run(...)` and `uvicorn.Config(...)`."""
    for module in program.code:
        for call in program.calls(module, "uvicorn.run", "uvicorn.Config"):
            yield module, call


def app_option(program: Program, name: str) -> list[At]:
    """Return the values that applications are given for a keyword argument."""
    found = [
        (at.module, keyword(at.node, name))
        for at in program.fact(apps)
        if isinstance(at.node, ast.Call)
    ]
    return [At(module, value) for module, value in found if value is not None]
