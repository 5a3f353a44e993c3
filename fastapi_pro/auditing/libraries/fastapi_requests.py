"""What runs for a request: endpoints, dependencies, middleware, exception handlers."""

import ast
from collections.abc import Iterable, Iterator

from fastapi_pro.auditing.libraries.exception_handlers import exception_handlers
from fastapi_pro.auditing.libraries.fastapi import Endpoint, dependencies, endpoints, lifespans
from fastapi_pro.auditing.libraries.fastapi_users import manager_methods
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.node import Node, inherits
from fastapi_pro.auditing.model.program import Program, fact

MIDDLEWARE_METHODS = ("__call__", "dispatch")
"""The methods of a middleware that get the request."""
BASE_HTTP = "fastapi.middleware.base.BaseHTTPMiddleware"
_MANAGER = "fastapi_users.BaseUserManager"


@fact
def request_functions(program: Program) -> set[Node]:
    """Return the functions that run while a request waits.

    These are endpoints, dependencies, middleware and exception handlers, and the functions of the
    program that they call. Code that runs in a thread, a background task or a lifespan does not
    count.
    """
    return reached(roots(program)) - lifespans(program)


@fact
def run_by_lifespans(program: Program) -> set[Node]:
    """Return the functions that run while an application starts or ends; requests may, too."""
    return reached(lifespans(program))


@fact
def starting_functions(program: Program) -> set[Node]:
    """Return the functions that run only while an application starts or ends: no request waits."""
    return run_by_lifespans(program) - reached(roots(program))


@fact
def roots(program: Program) -> dict[Node, None]:
    """Return the functions that FastAPI itself calls for a request."""
    found = [endpoint.function for endpoint in endpoints(program)]
    found += [dependency.function for dependency in dependencies(program)]
    found += [handler.function for handler in exception_handlers(program)]
    found += manager_methods(program)
    for function in program.functions:
        if any(is_http_middleware(decorator) for decorator in function.decorators):
            found.append(function)
    for cls in program.nodes(ast.ClassDef):
        if is_middleware_class(cls):
            found += [cls.method(name) for name in MIDDLEWARE_METHODS]
    found += [f for f in program.functions if _is_of_users(f)]
    return dict.fromkeys(found)


def _is_of_users(function: Node) -> bool:
    """Say whether the routers of fastapi-users call a function, for what comes before or after."""
    is_event = function.name.startswith(("on_after_", "on_before_"))
    return is_event and inherits(function.enclosing_class or None, _MANAGER)


def answering(endpoint: Endpoint) -> set[Node]:
    """Return the functions that run to answer an endpoint's requests, including dependencies."""
    key = (endpoint.call.ast, endpoint.function.ast)
    return endpoint.function.program.once(_answering, key, endpoint)


def _answering(endpoint: Endpoint) -> set[Node]:
    return answering_any([endpoint])


def answering_any(group: Iterable[Endpoint]) -> set[Node]:
    """Return the functions that run to answer the requests of one of several endpoints."""
    return reached(f for e in group for f in (e.function, *(d.function for d in e.dependencies)))


def is_http_middleware(decorator: Node) -> bool:
    """Say whether a decorator is `@app.middleware("http")`."""
    if decorator.member != "middleware" or len(decorator.args) != 1:
        return False
    return decorator.args[0].literal == "http"


@fact
def added_middleware(program: Program) -> set[Node]:
    """Return the functions that `app.middleware("http")(function)` makes middleware.

    Also those of `app.add_middleware(BaseHTTPMiddleware, dispatch=function)`.
    """
    calls = [c.parent for c in program.calls_named("middleware") if is_http_middleware(c)]
    given = [call.argument(0, "func") for call in calls if call.is_call]
    given += [call.keyword("dispatch") for call in program.calls_named("add_middleware")]
    return {function.definition for function in given if function.definition.is_function}


def is_middleware_class(cls: Node) -> bool:
    """Say whether a class is ASGI middleware: BaseHTTPMiddleware, or `__call__` with three args."""
    if inherits(cls, BASE_HTTP):
        return True
    call = cls.method("__call__")
    names = [parameter.name for parameter in call.parameters] if call.is_coroutine else []
    return len(names) == 3 and names[:2] == ["scope", "receive"]


STREAMS = (
    "fastapi.responses.StreamingResponse", "fastapi.responses.EventSourceResponse",
    "fastapi.sse.EventSourceResponse",
)  # fmt: skip
"""Responses that are sent piece by piece, while the response's content is iterated over."""

SSE_STREAMS = ("sse_starlette.EventSourceResponse", "sse_starlette.sse.EventSourceResponse")
"""Those of sse_starlette, which ends its streams at SIGTERM."""


def uses_streams(modules: Iterable[Module]) -> bool:
    """Say whether one of the modules answers with streams."""
    names = ("StreamingResponse", "EventSourceResponse")
    return any(module.mentions(*names) for module in modules)


def uses_background_tasks(modules: Iterable[Module]) -> bool:
    """Say whether one of the modules has background tasks, which run after the answer.

    A class of responses that takes a `BackgroundTask` has none before somebody makes one.
    """
    return any(
        module.mentions("BackgroundTasks") or module.calls_of_imported("BackgroundTask")
        for module in modules
    )


def commands(program: Program) -> Iterator[Node]:
    """Yield the calls that start uvicorn: `uvicorn.run(...)` and `uvicorn.Config(...)`."""
    return program.calls_of("uvicorn.run", "uvicorn.Config")
