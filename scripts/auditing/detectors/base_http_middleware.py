"""BaseHTTPMiddleware that times, logs or catches what it cannot see."""

import ast
from collections.abc import Iterator

from auditing.calls import is_http_middleware
from auditing.finding import Hit
from auditing.modules import Module, own_nodes
from auditing.program import At, Program
from auditing.types import is_a

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
                if is_http_middleware(decorator) and (
                    why := _watches(program, At(module, function))
                ):
                    yield Hit(module, decorator, f"`{function.name}` {why}")
        for cls in module.nodes(ast.ClassDef):
            if _BASE not in program.bases(At(module, cls)):
                continue
            dispatch = program.method(At(module, cls), "dispatch")
            if dispatch is not None and (why := _watches(program, dispatch)):
                yield Hit(module, cls, f"`{cls.name}` {why}")


def _watches(program: Program, function: At) -> str:
    """Return what goes wrong after `call_next`, or "" where the answer is only passed on."""
    module = function.module
    nodes = list(own_nodes(function.node))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    passed = next((c for c in calls if _name(c.func) in ("call_next", "next")), None)
    if passed is None:
        return ""
    if any(program.call_name(module, call) in _CLOCKS for call in calls):
        return "times a stream only to its headers, and a request without its background tasks"
    after = [call for call in calls if call.lineno > passed.lineno]
    for call in after:
        func = call.func
        if isinstance(func, ast.Attribute):
            if func.attr == "get" and is_a(program, module, func.value, "contextvars.ContextVar"):
                return "never sees a context variable that the endpoint sets"
            if func.attr in _LEVELS and _is_logger(module, func.value):
                return "logs a stream before its body, and without the endpoint's context variables"
    return ""


def _name(func: ast.expr) -> str:
    return func.id if isinstance(func, ast.Name) else ""


def _is_logger(_module: Module, expr: ast.expr) -> bool:
    name = (
        expr.id
        if isinstance(expr, ast.Name)
        else expr.attr
        if isinstance(expr, ast.Attribute)
        else ""
    )
    return "log" in name.lower()
