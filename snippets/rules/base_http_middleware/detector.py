"""BaseHTTPMiddleware that times, logs or catches what it cannot see."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import is_http_middleware
from fastapi_pro.auditing.model.legacy import FUNCTIONS, At, Module, Program, is_a, own_nodes

_BASE = "fastapi.middleware.base.BaseHTTPMiddleware"
_CLOCKS = {
    "time.time", "time.perf_counter", "time.monotonic", "time.perf_counter_ns", "time.time_ns",
    "timeit.default_timer", "datetime.datetime.now", "datetime.datetime.utcnow",
}  # fmt: skip
_LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `@app.middleware("http")` and BaseHTTPMiddleware that looks at the answer."""
    for module in program.code:
        for function in module.functions():
            for decorator in function.decorator_list:
                if _is_fastapis(program, module, decorator) and (
                    why := _watches(program, At(module, function))
                ):
                    yield Hit(module, decorator, f"`{function.name}` {why}")
        for cls in module.nodes(ast.ClassDef):
            if _BASE not in program.bases(At(module, cls)):
                continue
            dispatch = program.method(At(module, cls), "dispatch")
            if dispatch is not None and (why := _watches(program, dispatch)):
                yield Hit(module, cls, f"`{cls.name}` {why}")


def _is_fastapis(program: Program, module: Module, decorator: ast.expr) -> bool:
    """Say whether a decorator is `@app.middleware("http")`, and `app` not another library's."""
    func = decorator.func if isinstance(decorator, ast.Call) else None
    owner = func.value if isinstance(func, ast.Attribute) else None
    return is_http_middleware(decorator) and not isinstance(program.resolve(module, owner), str)


def _watches(program: Program, function: At) -> str:
    """Return what goes wrong after `call_next`, or "" where the answer is only passed on."""
    module = function.module
    nodes = list(own_nodes(function.node))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    call_next = _call_next(function)
    passed = [call for call in calls if call_next and _uses(call, call_next)]
    kept = [call for call in passed if not _is_returned(module, call)]
    if not kept:
        return ""
    after = [c for c in calls if c.lineno > kept[0].lineno and not _is_in_except(module, c)]
    if any(program.call_name(module, call) in _CLOCKS for call in after):
        return "times a stream only to its headers, and a request without its background tasks"
    for call in after:
        func = call.func
        if isinstance(func, ast.Attribute):
            if func.attr == "get" and is_a(program, module, func.value, "contextvars.ContextVar"):
                return "never sees a context variable that the endpoint sets"
            if func.attr in _LEVELS and _is_logger(func.value):
                return "logs a stream before its body, and without the endpoint's context variables"
    return ""


def _is_returned(module: Module, call: ast.Call) -> bool:
    """Say whether a call's result is returned at once: `return await call_next(request)`."""
    above = module.parent(call)
    return isinstance(above, ast.Await) and isinstance(module.parent(above), ast.Return)


def _is_in_except(module: Module, node: ast.AST) -> bool:
    return any(isinstance(above, ast.ExceptHandler) for above in module.ancestors(node))


def _call_next(function: At) -> str:
    """Return the name of the last parameter, which passes the request on."""
    assert isinstance(function.node, FUNCTIONS)
    names = [arg.arg for arg in (*function.node.args.posonlyargs, *function.node.args.args)]
    return names[-1] if len(names) > 1 else ""


def _uses(call: ast.Call, call_next: str) -> bool:
    """Say whether a call is `call_next(request)`, or hands it to a helper: `run(call_next)`."""
    return any(
        isinstance(node, ast.Name) and node.id == call_next for node in (call.func, *call.args)
    )


def _is_logger(expr: ast.expr) -> bool:
    name = (
        expr.id
        if isinstance(expr, ast.Name)
        else expr.attr
        if isinstance(expr, ast.Attribute)
        else ""
    )
    return "log" in name.lower()
