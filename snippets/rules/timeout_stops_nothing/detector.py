"""A timeout around `call_next`, which does not stop the endpoint."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi_requests import BASE_HTTP, is_http_middleware
from fastapi_pro.auditing.model.node import inherits

_TIMEOUTS = {
    "asyncio.timeout", "asyncio.timeout_at", "asyncio.wait_for", "anyio.fail_after",
    "anyio.move_on_after", "async_timeout.timeout",
}  # fmt: skip

_MIDDLEWARE = "fastapi.middleware.Middleware"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the timeouts that hold the call of a middleware's second parameter."""
    for call in program.calls_of(*sorted(_TIMEOUTS)):
        function = call.function
        if len(function.parameters) == 2 and _is_dispatch(function):
            for answer in function.calls:
                if answer.func.name == function.parameters[1].name and _bounds(call, answer):
                    yield call.hit(
                        f"the timeout in `{function.name}` stops the wait, not the endpoint: the"
                        " endpoint runs on and commits after the client got its timeout error",
                    )
                    break


def _is_dispatch(function: Node) -> bool:
    """Say whether a function is Starlette's middleware: its `call_next` runs a task of its own.

    That of FastMCP and others is an ordinary coroutine, which a timeout does cancel.
    """
    if any(map(is_http_middleware, function.decorators)):
        return True
    if cls := function.enclosing_class:
        is_named = function.parameters[1].name == "call_next" or function.name == "dispatch"
        if is_named and inherits(cls, BASE_HTTP):
            return True
    return function in _added(function.program)


@fact
def _added(program: Program) -> set[Node]:
    """Return the functions that are added: `app.middleware("http")(f)`, `dispatch=f`."""
    found = [
        call.argument(0, "func")
        for middleware in program.calls_named("middleware")
        if is_http_middleware(middleware)
        for call in (middleware.parent,)
        if call.is_call and call.func == middleware
    ]
    adding = (*program.calls_named("add_middleware"), *program.calls_of(_MIDDLEWARE, BASE_HTTP))
    found += [call.keyword("dispatch") for call in adding]
    return {function.definition for function in found if function}


def _bounds(timeout: Node, answer: Node) -> bool:
    if timeout.called == "asyncio.wait_for":
        waited = timeout.argument(0, "fut")
        return waited.holds(answer) or waited.value == answer
    return any(timeout in around.contexts for around in answer.ancestors)
