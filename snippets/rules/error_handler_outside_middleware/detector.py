"""A handler of Exception, which answers outside all middleware."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import ExceptionHandler, exception_handlers
from fastapi_pro.auditing.libraries.http_errors import status
from fastapi_pro.auditing.libraries.middleware import Middleware, stacks
from fastapi_pro.auditing.model.call_graph import reached

_KEYS = ("builtins.Exception", "builtins.BaseException")
_ADDS = {
    "asgi_correlation_id.CorrelationIdMiddleware",
    "asgi_correlation_id.middleware.CorrelationIdMiddleware",
}
_CHANGES = {"append", "add", "extend", "setdefault", "update"}
_LOGS = {"exception", "critical", "error", "warning", "log"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first handler of Exception or 500 of a program whose middleware it then avoids."""
    wide = (handler for handler in exception_handlers(program) if _catches_all(handler.key))
    found = [(handler, lost) for handler in wide if (lost := _lost(handler))]
    if not found:
        return
    first, lost = found[0]
    effects = []
    if not any(_adds_cors(handler.function) for handler, _ in found):
        effects.append(f"without {lost}")
    if _logs(first.function):
        effects.append("logged twice")
    effects.append("on a connection that is then cut")
    more = len(found) - 1
    others = f" (and {more} more handler{'s' if more > 1 else ''})" if more else ""
    yield first.node.hit(
        f"this 500 is answered outside all middleware: {', '.join(effects)}{others}"
    )


def _catches_all(key: Node) -> bool:
    return key.library_name in _KEYS or status(key) == 500


def _lost(handler: ExceptionHandler) -> str:
    """Return what the middleware of a handler's application adds and the 500 will not have."""
    made = stacks(handler.node.program)
    app = _application(handler)
    if app.called == "starlette.Starlette":  # which is another application
        return ""
    if app in made:
        stack = made[app]
    elif any(not made[mounted] for mounted in _mounted(handler.node.program)):
        return ""  # it may be that of the mounted one, which the outer one's middleware wraps
    else:
        stack = [added for added_to_one in made.values() for added in added_to_one]
    if any(added.is_cors for added in stack):
        return "CORS headers"
    return "the headers of the middleware" if any(map(_sets_headers, stack)) else ""


def _application(handler: ExceptionHandler) -> Node:
    """Return the call that makes the application of a handler."""
    if handler.node.is_call:
        return handler.node.owner.definition
    return next((above for above in handler.node.ancestors if above.is_call), handler.node.at(None))


@fact
def _mounted(program: Program) -> set[Node]:
    """Return the applications of the program that are mounted in others."""
    mounted = {call.argument(1, "app").definition for call in program.calls_named("mount")}
    return mounted & stacks(program).keys()


def _sets_headers(added: Middleware) -> bool:
    """Say whether a middleware adds headers to the answers that pass it."""
    for node in added.definition.walk(ast.Subscript, ast.Call):
        if node.is_target or node.member in _CHANGES:
            owner = node.owner or node.generic
            if "header" in owner.text.lower():
                return True
    return added.library_name in _ADDS


def _adds_cors(handler: Node) -> bool:
    """Say whether a handler, or a function that it calls, adds the CORS headers itself."""
    return any(
        str(constant.literal).lower() == "access-control-allow-origin"
        for function in reached([handler])
        for constant in function.walk(ast.Constant)
    )


def _logs(handler: Node) -> bool:
    return any(call.member in _LOGS and "log" in call.owner.text.lower() for call in handler.calls)
