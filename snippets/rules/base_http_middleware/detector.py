"""BaseHTTPMiddleware that times, logs or catches what it cannot see."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.clocks import CLOCKS
from fastapi_pro.auditing.libraries.fastapi_requests import (
    BASE_HTTP,
    added_middleware,
    is_http_middleware,
    is_middleware_class,
    uses_background_tasks,
    uses_streams,
)
from fastapi_pro.auditing.libraries.started import loaded_beside
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.flow import reaches
from fastapi_pro.auditing.model.node import inherits

_TIMES = "times"
_VARIABLE = "contextvars.ContextVar"
_LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}

_BINDERS = ("bind_contextvars", "contextualize", "bound_contextvars")  # structlog's, loguru's


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `@app.middleware("http")` and BaseHTTPMiddleware that looks at the answer.

    Only where the program has what these do not see: streams, background tasks, variables.
    """
    for function in program.functions:
        for decorator in function.decorators:
            # `app` is not another library's
            is_fastapis = is_http_middleware(decorator) and not decorator.owner.library_name
            if is_fastapis and (why := _watches(function)):
                yield decorator.hit(f"`{function.name}` {why}", severity=_severity(why))
    for cls in program.nodes(ast.ClassDef):
        if inherits(cls, BASE_HTTP) and (why := _watches(cls.method("dispatch"))):
            yield cls.hit(f"`{cls.name}` {why}", severity=_severity(why))


def _severity(why: str) -> str:
    """Return how bad it is: a duration that is too short misleads, and loses nothing."""
    return "low" if why.startswith(_TIMES) else ""


def _watches(function: Node) -> str:
    """Return what goes wrong after `call_next`, or "" where that makes no difference here."""
    kept = [call for call in _passing(function) if not _is_returned(call)]
    if not kept:
        return ""
    after = [c for c in function.calls if _follows(c, kept) and not _is_in_except(c)]
    for call in after if function.program.saying("ContextVar") else ():
        if call.member == "get" and _is_set_inside(call.owner, function):
            return f"never sees what the endpoint sets the context variable `{call.owner.text}` to"
    for call in after if _binds_variables(function) else ():
        if call.member in _LEVELS and "log" in call.owner.last_name.lower():
            return "logs without the endpoint's variables"
    begun = any(c.called in CLOCKS for c in function.calls if c.line <= kept[0].line)
    ended = [call for call in after if call.called in CLOCKS]
    if not begun or not ended or all(map(_goes_into_header, ended)):
        return ""
    late = [what for what, is_there in _late(function).items() if is_there]
    return f"{_TIMES} {' and '.join(late)}" if late else ""


def _goes_into_header(clock: Node) -> bool:
    """Say whether a time goes into headers of the answer alone, which are sent before the rest."""
    names: set[str] = set()
    statements = [clock.statement]
    for statement in statements:
        if not statement.targets:
            return False
        for target in statement.targets:
            if target.name and target.name not in names:
                names.add(target.name)
                uses = (use for use in clock.function.own(ast.Name) if use.name == target.name)
                statements += [use.statement for use in uses if use.is_read]
            elif not target.name and target.generic.member != "headers":
                return False
    return True


def _follows(call: Node, kept: list[Node]) -> bool:
    """Say whether a call runs after `call_next`; a `finally` does also where that failed."""
    return any(reaches(before, call) for before in kept)


def _late(function: Node) -> dict[str, bool]:
    """Return what of an answer comes after `call_next`, and whether its application has such."""
    modules = list(loaded_beside(function.module))
    return {
        "a stream only to its headers": uses_streams(modules),
        "a request without its background tasks": uses_background_tasks(modules),
    }


def _is_set_inside(variable: Node, function: Node) -> bool:
    """Say whether something other than the middleware sets a context variable.

    What is only changed in place, such as a dictionary that the middleware or the module has put
    there, does come back.
    """
    if not variable.is_a(_VARIABLE):
        return False
    own = reached([function])
    return any(
        call.owner.value == variable.value and call.function and call.function not in own
        for call in function.program.calls_named("set")
    )


def _binds_variables(function: Node) -> bool:
    """Say whether something that is no middleware adds to the lines that a logger writes."""
    middleware = {function, *added_middleware(function.program)}
    return any(
        call.function not in middleware and not is_middleware_class(call.enclosing_class)
        for call in function.program.calls_named(*_BINDERS)
    )


def _passing(function: Node) -> list[Node]:
    """Return the calls that are `call_next(request)`, or hand it to a helper: `run(call_next)`."""
    names = [parameter.name for parameter in function.parameters]
    last = names[-1] if len(names) > 1 else None
    return [c for c in function.calls if any(node.name == last for node in (c.func, *c.args))]


def _is_returned(call: Node) -> bool:
    """Say whether a call's result is returned at once: `return await call_next(request)`."""
    return call.is_awaited and isinstance(call.parent.parent.ast, ast.Return)


def _is_in_except(call: Node) -> bool:
    return any(isinstance(above.ast, ast.ExceptHandler) for above in call.ancestors)
