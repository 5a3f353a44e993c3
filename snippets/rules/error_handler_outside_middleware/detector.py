"""A handler of Exception, which answers outside all middleware."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import reached
from fastapi_pro.auditing.libraries.legacy_fastapi import exception_handlers
from fastapi_pro.auditing.libraries.middleware import Added, app_stacks, is_cors
from fastapi_pro.auditing.model.legacy import At, Module, Program, argument, calls_in

_KEYS = {"builtins.Exception", "builtins.BaseException"}
_STATUS = "fastapi.status.HTTP_500_INTERNAL_SERVER_ERROR"
_ADDS = {
    "asgi_correlation_id.CorrelationIdMiddleware",
    "asgi_correlation_id.middleware.CorrelationIdMiddleware",
}
_CHANGES = {"append", "add", "extend", "setdefault", "update"}
_LOGS = {"exception", "critical", "error", "warning", "log"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first handler of Exception or 500 of a program whose middleware it then avoids."""
    found = [
        (module, node, function, lost)
        for module, node, key, function in exception_handlers(program)
        if _catches_all(program, module, key) and (lost := _lost(program, module, node))
    ]
    if not found:
        return
    handlers = [function for _, _, function, _ in found if function is not None]
    module, node, first, lost = found[0]
    effects = []
    if not any(_adds_cors(program, handler) for handler in handlers):
        effects.append(f"without {lost}")
    if first is not None and _logs(first):
        effects.append("logged twice")
    effects.append("on a connection that is then cut")
    more = len(found) - 1
    others = f" (and {more} more handler{'s' if more > 1 else ''})" if more else ""
    message = f"this 500 is answered outside all middleware: {', '.join(effects)}{others}"
    yield Hit(module, node, message)


def _lost(program: Program, module: Module, node: ast.AST) -> str:
    """Return what the middleware of a handler's application adds and the 500 will not have."""
    made = program.fact(app_stacks)
    app = _application(program, module, node)
    if isinstance(app, str):  # a bare Starlette, which is another application
        return ""
    if app is not None and app.node in made:
        stack = made[app.node]
    elif any(not made[mounted] for mounted in program.fact(_mounted)):
        return ""  # it may be that of the mounted one, which the outer one's middleware wraps
    else:
        stack = [added for stack in made.values() for added in stack]
    if any(is_cors(program, added) for added in stack):
        return "CORS headers"
    return "the headers of the middleware" if any(map(_sets_headers, stack)) else ""


def _application(program: Program, module: Module, node: ast.AST) -> At | str | None:
    """Return the application of a handler; the name of the class where that is Starlette."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        app = program.resolve(module, node.func.value)
        return app if isinstance(app, At) else None
    for above in module.ancestors(node):
        if isinstance(above, ast.Call):
            name = program.call_name(module, above)
            return name if name == "starlette.Starlette" else At(module, above)
    return None


def _mounted(program: Program) -> set[ast.AST]:
    """Return the applications of the program that are mounted in others; for `program.fact`."""
    made = program.fact(app_stacks)
    found = set()
    for module in program.code:
        for call in module.calls_by_name.get("mount", ()):
            app = program.resolve(module, argument(call, 1, "app"))
            if isinstance(app, At) and app.node in made:
                found.add(app.node)
    return found


def _sets_headers(added: Added) -> bool:
    """Say whether a middleware adds headers to the answers that pass it."""
    if not isinstance(added.kind, At):
        return added.kind in _ADDS
    for node in ast.walk(added.kind.node):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
            owner: ast.expr = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr not in _CHANGES:
                continue
            owner = node.func.value
        else:
            continue
        if "header" in ast.unparse(owner).lower():
            return True
    return False


def _adds_cors(program: Program, handler: At) -> bool:
    """Say whether a handler, or a function that it calls, adds the CORS headers itself."""
    return any(
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.lower() == "access-control-allow-origin"
        for function in reached(program, [handler])
        for node in ast.walk(function.node)
    )


def _logs(handler: At) -> bool:
    return any(
        isinstance(call.func, ast.Attribute)
        and call.func.attr in _LOGS
        and "log" in ast.unparse(call.func.value).lower()
        for call in calls_in(handler.node)
    )


def _catches_all(program: Program, module: Module, key: ast.expr) -> bool:
    if program.name_of(module, key) in {*_KEYS, _STATUS}:
        return True
    return program.constant(module, key) == 500
