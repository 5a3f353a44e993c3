"""The middleware of an application: the order in which it is added, and what it does."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.fastapi import apps
from fastapi_pro.auditing.libraries.fastapi_requests import MIDDLEWARE_METHODS, is_http_middleware
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import called
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_CORS = "fastapi.middleware.cors.CORSMiddleware"
_ANSWERING = {
    "fastapi.middleware.trustedhost.TrustedHostMiddleware",
    "fastapi.middleware.httpsredirect.HTTPSRedirectMiddleware",
    "fastapi.middleware.authentication.AuthenticationMiddleware",
    "slowapi.middleware.SlowAPIMiddleware",
    "slowapi.middleware.SlowAPIASGIMiddleware",
}
_CLIENTS = ("httpx.", "requests.", "aiohttp.")
_FACTORIES = 6  # functions that get the application from each other


@dataclass(frozen=True, eq=False)
class Middleware:
    """One middleware: where it is added, and the expression or definition of what is added."""

    node: Node
    kind: Node

    @property
    def definition(self) -> Node:
        """Its class or function, where that is the program's."""
        return self.kind.definition

    @property
    def library_name(self) -> str:
        """The dotted name of its class, where that is a library's."""
        return self.kind.library_name

    @property
    def name(self) -> str:
        """What to call it."""
        name = self.library_name.rpartition(".")[2] or self.definition.name
        return name or "a middleware"

    @property
    def is_cors(self) -> bool:
        """Whether it is CORSMiddleware, or a class of the program that inherits it."""
        return self.library_name == _CORS or _CORS in self.definition.bases

    @property
    def may_answer(self) -> bool:
        """Whether it is known to answer some requests without the application."""
        if self.definition.is_function:
            return _makes_response(self.definition)
        methods = [self.definition.method(name) for name in MIDDLEWARE_METHODS]
        return self.library_name in _ANSWERING or any(map(_makes_response, methods))


@fact
def stacks(program: Program) -> dict[Node, list[Middleware]]:
    """Return the middleware of each call that makes an application.

    It is in the order in which it is added: the last is outermost.
    """
    return {app: _of_app(app) for app in apps(program)}


def _of_app(app: Node) -> list[Middleware]:
    listed = [entry for entry in _given(app).elements if entry.value.is_call]
    # the first of the list is outermost
    stack = [Middleware(entry, _kind(entry.value)) for entry in reversed(listed)]
    stack += _added_in(app.function or app.at(app.module.tree), _variable(app))
    for made in _made_by(app.function):
        stack += _added_in(made.at(made.module.tree), _variable(made))
    return stack


def _given(app: Node) -> Node:
    """Return the value of `middleware=`, also through a function that returns one list."""
    given = app.keyword("middleware").value
    if not given.is_call:
        return given
    returned = given.callee.returned
    return returned[0].value if len(returned) == 1 else app.at(None)


def _kind(call: Node) -> Node:
    """Return the class of `add_middleware(Class, ...)` and `Middleware(Class, ...)`."""
    return call.argument(0, "middleware_class") or call.argument(0, "cls")


def _variable(call: Node) -> str:
    """Return the variable that a call's result is assigned to."""
    return next((target.name for target in call.parent.targets if target.name), "")


def _made_by(factory: Node) -> Iterator[Node]:
    """Yield the calls of a factory whose result a top-level variable holds."""
    for call in factory.callers if factory else ():
        statement = call.parent
        if statement.assigned == call and isinstance(statement.parent.ast, ast.Module):
            yield call


def _added_in(scope: Node, app: str, seen: frozenset[Node] = frozenset()) -> list[Middleware]:
    """Return what a body adds to the application that it calls `app`; calls are followed."""
    found: list[Middleware] = []
    if not app or len(seen) > _FACTORIES:
        return found
    for statement in scope.body:
        if statement.is_function:
            decorators = [d for d in statement.decorators if is_http_middleware(d)]
            found += [Middleware(d, statement) for d in decorators if d.owner.name == app]
        elif not statement.is_class:
            for call in sorted(statement.walk(ast.Call), key=lambda call: call.position):
                found += _added_by(call, app, seen)
    return found


def _added_by(call: Node, app: str, seen: frozenset[Node]) -> list[Middleware]:
    if call.owner.name == app:
        return [Middleware(call, _kind(call))] if call.member == "add_middleware" else []
    if call.func.owner.name == app and is_http_middleware(call.func):
        return [Middleware(call, call.argument(0, "func"))]
    function = call.callee
    given = [p.name for p in function.parameters if p.passed(call).name == app]
    if not given or function in seen:
        return []
    return _added_in(function, given[0], seen | {function})


def _makes_response(function: Node, depth: int = 0) -> bool:
    for call in function.calls:
        if (_is_response(call) and not _copies(call)) or any(map(_starts, call.args)):
            return True
    inner = (target for _, target in called(function))
    return depth < limits.CALLS and any(_makes_response(target, depth + 1) for target in inner)


def _is_response(call: Node) -> bool:
    """Say whether a call makes a response: one of Starlette's, or of a class that inherits one."""
    if call.called.startswith("fastapi.responses."):
        return call.called.endswith("Response")
    bases = call.func.definition.bases
    return any(base.startswith("fastapi.responses.") for base in bases)


def _copies(call: Node) -> bool:
    """Say whether a response copies the headers of another: then it only replaces that one.

    Headers of the request, or of another service's answer, do not count.
    """
    headers = call.keyword("headers").value
    made = headers.callee  # a function that picks those to keep
    parts = [*headers.walk(ast.Attribute), *(made.walk(ast.Attribute) if made else ())]
    copied = [part for part in parts if part.member in ("headers", "raw_headers")]
    return any(not _is_foreign(part.owner) for part in copied)


def _is_foreign(answer: Node) -> bool:
    """Say whether a value is the request, or an answer that another service gave."""
    source = answer.value.awaited
    client = source.owner.type
    names = (source.called, client if isinstance(client, str) else "")
    return answer.is_a("fastapi.Request") or any(name.startswith(_CLIENTS) for name in names)


def _starts(argument: Node) -> bool:
    """Say whether an argument is the ASGI message that starts a response."""
    return any(value.literal == "http.response.start" for _, value in argument.entries)
