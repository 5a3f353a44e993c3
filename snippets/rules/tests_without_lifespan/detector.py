"""A test's client of an app whose lifespan makes what the requests need, and never runs."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi_requests import answering, request_functions
from fastapi_pro.auditing.libraries.pytest import tests
from fastapi_pro.auditing.libraries.test_clients import (
    Client,
    Request,
    clients,
    overrides,
    requests_in,
)

_STARTERS = ("LifespanManager", "lifespan_context", "lifespan", "startup")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first transport or TestClient of each app that is asked without being started."""
    unstarted = _unstarted(program)
    reported: set[Node] = set()
    for test in tests(program) if unstarted else ():
        if any(_starts(function) for function in test.setup):
            continue
        for request in (r for function in test.setup for r in requests_in(function)):
            app, missing = unstarted.get(request.client, (None, set[str]()))
            name = _read(request, missing) if app not in reported else ""
            if app and name:
                reported.add(app)
                yield request.client.call.hit(
                    f"`{test.name}` asks an app that was never started: its lifespan"
                    f" makes `state.{name}`, and this client does not run it"
                )


def _unstarted(program: Program) -> dict[Client, tuple[Node, set[str]]]:
    """Return the clients that run no lifespan, each with its app and what that lacks then."""
    found = {}
    for client in clients(program):
        app = client.app
        missing = program.once(_missing, app, app)
        if missing and not _is_entered(client):
            found[client] = app, missing
    return found


def _is_entered(client: Client) -> bool:
    """Say whether a TestClient is entered somewhere, which runs the lifespan."""
    if client.is_transport:
        return False
    names = ("enter_context", "__enter__")
    is_by_hand = any(a.attr in names for a in client.call.module.nodes(ast.Attribute))
    return is_by_hand or client.call in _entered(client.call.program)


@fact
def _entered(program: Program) -> set[Node]:
    """Return the values that a `with` enters, in tests too."""
    return {
        Node(module, item.context_expr).value
        for module in program.modules
        for with_ in module.nodes(ast.With)
        for item in with_.items
    }


def _starts(function: Node) -> bool:
    """Say whether a function of a test's setup may run a lifespan."""
    return any(call.func.dotted.endswith(_STARTERS) for call in function.calls)


def _missing(app: Node) -> set[str]:
    """Return what only the lifespan of an app puts into its state, and no test replaces."""
    lifespan = app.keyword("lifespan").definition
    made = _made_by(lifespan) if lifespan.is_function else set()
    missing = made - _set_elsewhere(lifespan) if made else made
    return missing - _overridden(app.program) if missing else missing


def _made_by(lifespan: Node) -> set[str]:
    """Return what a lifespan puts into the state of its app."""
    found = {node.member for node in lifespan.own(ast.Attribute) if _is_state(node, ast.Store)}
    for value in (written.value for written in lifespan.yielded):
        found |= {str(key.literal) for key, _ in value.entries if key.literal is not None}
        found |= set(value.keywords) if value.is_call else set()
    return found


def _is_state(attribute: Node, context: type[ast.expr_context]) -> bool:
    """Say whether `request.state.name` or `app.state.name` is read, or set."""
    match attribute.ast:
        case ast.Attribute(value=ast.Attribute(attr="state"), ctx=ctx):
            return isinstance(ctx, context)
    return False


def _set_elsewhere(lifespan: Node) -> set[str]:
    """Return what others than the lifespan set: middleware, a factory, a test."""
    found = set()
    for module in lifespan.program.modules:
        if not module.says("state", "setattr"):
            continue
        for written in module.nodes(ast.Attribute):
            if isinstance(written.ctx, ast.Store):
                attribute = Node(module, written)
                if _is_state(attribute, ast.Store) and attribute.function != lifespan:
                    found.add(attribute.member)
        for name in (name for name in module.calls_by_name if name.endswith("setattr")):
            for call in (Node(module, written) for written in module.calls_by_name[name]):
                if call.func.dotted:
                    found |= {str(argument.literal) for argument in call.args}
    return found


@fact
def _overridden(program: Program) -> set[str]:
    """Return what the dependencies read that tests replace."""
    found: set[str] = set()
    for module in program.modules:
        for override in overrides(module):
            found |= _reads(override.index.definition)
    return found


def _read(request: Request, names: set[str]) -> str:
    """Return which of the names each endpoint reads that a request may reach: the first's."""
    running = request_functions(request.call.program)
    found = []
    for endpoint in request.endpoints if names else ():
        read = {name for function in answering(endpoint) & running for name in _reads(function)}
        found.append(min(read & names, default=""))
    return found[0] if found and all(found) else ""


def _reads(function: Node) -> set[str]:
    """Return what a function reads of `request.state` or `app.state`."""
    return {node.member for node in function.own(ast.Attribute) if _is_state(node, ast.Load)}
