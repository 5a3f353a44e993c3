"""A timeout around `call_next`, which does not stop the endpoint."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi_requests import is_http_middleware, is_middleware_class

_TIMEOUTS = {
    "asyncio.timeout", "asyncio.timeout_at", "asyncio.wait_for", "anyio.fail_after",
    "anyio.move_on_after", "async_timeout.timeout",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield the timeouts that hold the call of a middleware's second parameter."""
    for call in program.calls_of(*sorted(_TIMEOUTS)):
        function = call.function
        if len(function.parameters) == 2 and _is_dispatch(function):
            for answer in function.calls:
                if answer.func.name == function.parameters[1].name and _bounds(call, answer):
                    yield call.hit(
                        f"the timeout of `{function.name}` stops waiting for the endpoint, not the"
                        " endpoint: it runs on and commits, after the client was told that it"
                        " took too long",
                    )
                    break


def _is_dispatch(function: Node) -> bool:
    """Say whether a function gets a request and what answers it: `(request, call_next)`."""
    if any(map(is_http_middleware, function.decorators)):
        return True
    cls = function.enclosing_class
    if function.name == "dispatch" and cls:
        return is_middleware_class(cls)
    return function.parameters[1].name == "call_next"


def _bounds(timeout: Node, answer: Node) -> bool:
    if timeout.called == "asyncio.wait_for":
        waited = timeout.argument(0, "fut")
        return waited.holds(answer) or waited.value == answer
    return any(timeout in around.contexts for around in answer.ancestors)
