"""A handler of Exception, which answers outside all middleware."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.exception_handlers import ExceptionHandler, exception_handlers
from fastapi_pro.auditing.libraries.http_errors import status
from fastapi_pro.auditing.libraries.middleware import Middleware, stacks
from fastapi_pro.auditing.libraries.starts import runs_on_lambda
from fastapi_pro.auditing.libraries.unused import why_unused
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.messages import counted

_KEYS = ("builtins.Exception", "builtins.BaseException")
_ADDS = {
    "asgi_correlation_id.CorrelationIdMiddleware",
    "asgi_correlation_id.middleware.CorrelationIdMiddleware",
}
_CORS = {"access-control-allow-origin"}
_UNKNOWN = "*"
_CHANGES = {"append", "add", "extend", "setdefault", "update"}
_LOGS = {"exception", "critical", "error", "warning", "log"}
_HANDLED = ("fastapi.HTTPException", "fastapi.exceptions.RequestValidationError")
"""Exceptions for which FastAPI has a handler."""
_OWN_HANDLERS = (
    "Add a handler for {}: it answers inside all middleware; catch the rest in a small"
    " ASGI middleware that is added {}"
)
_INNERMOST = "Catch unhandled exceptions in a small ASGI middleware that is added before all others"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first handler of Exception or 500 of a program whose middleware it then avoids."""
    wide = (handler for handler in exception_handlers(program) if _catches_all(handler.key))
    found = [(handler, lost) for handler in wide if (lost := _lost(handler))]
    found = [(one, lost) for one, lost in found if not _is_unused(one)] or found
    if not found:
        return
    first, lost = found[0]
    effects = []
    if not any(_adds(handler.function, missing) for handler, missing in found):
        effects.append(
            "without CORS headers" if lost == _CORS else "without the headers of the middleware"
        )
    if _logs(first.function):
        effects.append("logged twice")
    if not runs_on_lambda(program):
        effects.append("on a connection that is then closed")
    if not effects:
        return
    more = len(found) - 1
    others = f" (and {counted(more, 'more handler')})" if more else ""
    kinds = _named(_answered(first))
    sent = f"this 500, and what answers {kinds}, are" if kinds else "this 500 is"
    yield first.node.hit(
        f"{sent} sent outside all middleware: {', '.join(effects)}{others}",
        fix=_fix(program, kinds),
    )


def _fix(program: Program, kinds: str) -> str:
    """Return what to do where there are other handlers to add, or no CORS; "" elsewhere."""
    has_cors = any(added.is_cors for stack in stacks(program).values() for added in stack)
    if kinds:
        return _OWN_HANDLERS.format(kinds, "before CORS" if has_cors else "before all others")
    return "" if has_cors else _INNERMOST


def _is_unused(handler: ExceptionHandler) -> bool:
    return bool(why_unused(handler.node.module, handler.node.line))


def _catches_all(key: Node) -> bool:
    return key.library_name in _KEYS or status(key) == 500


def _answered(handler: ExceptionHandler) -> list[str]:
    """Return the exceptions for which a handler of all has an answer, and no other one is there.

    An exception with a handler of its own never reaches that of `Exception`.
    """
    error = handler.function.parameters[-1:]
    found: dict[str, None] = {}
    for kind in _told_apart(handler.function, error[0].name) if error else ():
        if kind.last_name and not _catches_all(kind) and not _has_handler(kind):
            found[kind.last_name] = None
    return list(found)


def _told_apart(function: Node, error: str) -> Iterator[Node]:
    """Yield the classes for which a handler looks, branches that raise again left out."""
    for call in function.calls:
        if call.func.name != "isinstance" or call.argument(0, "").name != error:
            continue
        branch = call.parent
        if not (isinstance(branch.ast, ast.If) and isinstance(branch.body[-1].ast, ast.Raise)):
            kinds = call.argument(1, "").value
            yield from kinds.elements or [call.argument(1, "")]
    for match in function.own(ast.Match):
        if match.at(match.ast.subject).name == error:
            yield from (match.at(p.ast.cls) for p in match.walk(ast.MatchClass))


def _named(names: list[str]) -> str:
    """Return names for a message: the first three, and how many more."""
    quoted = [f"`{name}`" for name in names[:3]]
    return ", ".join([*quoted, f"{len(names) - 3} more"] if names[3:] else quoted)


def _has_handler(kind: Node) -> bool:
    """Say whether an exception, or a base of it, has a handler of its own."""
    program, cls = kind.program, kind.definition
    bases = cls.bases if cls else {kind.library_name}
    for handler in exception_handlers(program):
        key = handler.key.definition
        is_its = key in cls.lineage if key and cls else handler.key.library_name in bases
        if is_its and not _catches_all(handler.key):
            return True
    return any(name in bases and not _is_removed(program, name) for name in _HANDLED)


def _is_removed(program: Program, name: str) -> bool:
    """Say whether code removes FastAPI's handler: `del app.exception_handlers[HTTPException]`."""
    for attribute in program.attributes("exception_handlers"):
        above = attribute.parent
        is_deleted = isinstance(getattr(above.ast, "ctx", None), ast.Del)
        key = above.index if is_deleted else above.parent.argument(0, "")
        if (is_deleted or above.member == "pop") and key.library_name == name:
            return True
    return False


def _lost(handler: ExceptionHandler) -> set[str]:
    """Return the headers that the middleware of a handler's application adds, in lower case."""
    made = stacks(handler.node.program)
    app = _application(handler)
    if app.called == "starlette.Starlette":  # which is another application
        return set()
    if app in made:
        stack = made[app]
    elif any(not made[mounted] for mounted in _mounted(handler.node.program)):
        return set()  # it may be that of the mounted one, which the outer one's middleware wraps
    else:
        stack = [added for added_to_one in made.values() for added in added_to_one]
    if any(map(_answers_errors, stack)):
        return set()  # before the exception is outside
    if any(added.is_cors for added in stack):
        return _CORS
    return {name for added in stack for name in _headers(added)}


def _answers_errors(added: Middleware) -> bool:
    """Say whether a middleware catches what the application raises, whatever it is."""
    cls = added.definition
    functions = [cls] if cls.is_function else [cls.method("dispatch"), cls.method("__call__")]
    tries = [node for function in functions for node in function.own(ast.Try) if function]
    return any(_asks(node) and any(map(_ends_here, node.walk(ast.ExceptHandler))) for node in tries)


def _asks(node: Node) -> bool:
    """Say whether the body of a `try` runs the application."""
    calls = (call for statement in node.body for call in statement.walk(ast.Call))
    return any(call.func.name == "call_next" or call.func.dotted == "self.app" for call in calls)


def _ends_here(handler: Node) -> bool:
    """Say whether an `except` catches each exception, and raises none."""
    match handler.ast:
        case ast.ExceptHandler(type=kind):
            caught = handler.at(kind)
            kinds = caught.elements or [caught]
            is_wide = not caught or any(one.library_name in _KEYS for one in kinds)
            return is_wide and not any(True for _ in handler.walk(ast.Raise))
    return False


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


def _headers(added: Middleware) -> set[str]:
    """Return the headers that a middleware adds to the answers that pass it, in lower case."""
    if added.library_name in _ADDS:
        return {str(added.node.keyword("header_name").constant or "x-request-id").lower()}
    names: set[str] = set()
    for node in added.definition.walk(ast.Subscript, ast.Call):
        if node.is_target or node.member in _CHANGES:
            owner = node.owner or node.generic
            if "header" in owner.text.lower():
                keys = [node.index] if node.is_target else node.args
                names.add(next(filter(None, map(_text, keys)), _UNKNOWN))
    return names


def _text(key: Node) -> str:
    """Return the name of a header, in lower case: a constant, or the first entry of a pair."""
    name = (key.elements or [key])[0].constant
    text = name.decode("latin-1") if isinstance(name, bytes) else name
    return text.lower() if isinstance(text, str) else ""


def _adds(handler: Node, names: set[str]) -> bool:
    """Say whether a handler, or a function that it calls, adds these headers itself."""
    texts = {
        str(constant.literal).lower()
        for function in reached([handler])
        for constant in function.walk(ast.Constant)
    }
    return names <= texts


def _logs(handler: Node) -> bool:
    return any(call.member in _LOGS and "log" in call.owner.text.lower() for call in handler.calls)
