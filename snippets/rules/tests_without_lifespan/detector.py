"""A test's client of an app whose lifespan makes what the requests need, and never runs."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import Endpoint
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.process_state import variable
from fastapi_pro.auditing.libraries.pytest import tests
from fastapi_pro.auditing.libraries.replacements import overridden, patched, test_files
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import uses
from fastapi_pro.auditing.libraries.test_clients import (
    Client,
    Request,
    client_behind,
    clients,
    requests_in,
)
from fastapi_pro.auditing.model.call_graph import called, reached
from fastapi_pro.auditing.model.module import Module

_CONNECTS = ("connect", "open", "init", "initialize")
_CALLED = tuple(f".{name}(" for name in _CONNECTS)
_STARTERS = ("LifespanManager", "lifespan_context", "lifespan", "startup")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first transport or TestClient of each app that is asked without being started."""
    unstarted = _unstarted(program)
    reported: set[Node] = set()
    for test in tests(program) if unstarted else ():
        if len(reported) == len(set(unstarted.values())):
            return
        if any(program.once(_starts, function.ast, function) for function in test.setup):
            continue
        for request in (r for function in test.setup for r in requests_in(function)):
            app = unstarted.get(request.client)
            if app is None or app in reported:
                continue
            name = _read(request, program.once(_missing, app, app))
            what = f"makes `state.{name}`" if name else _prepared(request, app)
            if what:
                reported.add(app)
                yield request.client.call.hit(
                    f"`{test.name}` asks an app that was never started: its lifespan"
                    f" {what}, and this client does not run it"
                )


def _unstarted(program: Program) -> dict[Client, Node]:
    """Return the clients of apps with a lifespan that they do not run, each with its app."""
    found = {}
    is_named = any(module.says("lifespan") for module in program.modules)
    for client in clients(program) if is_named else ():
        app = client.app
        has_lifespan = app.keyword("lifespan").definition.is_function
        if has_lifespan and not _is_entered(client) and program.once(_prepares, app, app):
            found[client] = app
    return found


def _prepares(app: Node) -> bool:
    """Say whether a lifespan does what a request may need: a first look, before the tests'."""
    once = app.program.once
    if once(_connected, app, app) or once(_makes_tables, app, app):
        return True
    return bool(once(_missing, app, app))


@fact
def _read_by_requests(program: Program) -> set[str]:
    """Return what any function that runs for a request reads of a state."""
    return {name for function in request_functions(program) for name in _reads(function)}


def _prepared(request: Request, app: Node) -> str:
    """Return what a lifespan does that a request needs: connects an object, makes the tables."""
    program = request.call.program
    asked = [_answering(endpoint) for endpoint in request.endpoints]
    for name, made in program.once(_connected, app, app).items():
        is_real = name.rpartition(".")[2] not in patched(program)
        if is_real and asked and all(any(_names(f, made) for f in fs) for fs in asked):
            return f"connects `{name}`"
    is_asked = bool(asked) and all(any(any(uses(f)) for f in fs) for fs in asked)
    if not is_asked or any(_mentions_patched(f) for fs in asked for f in fs):
        return ""
    return "makes the tables" if program.once(_makes_tables, app, app) else ""


def _answering(endpoint: Endpoint) -> set[Node]:
    """Return the functions that run to answer an endpoint's requests, those replaced left out."""
    program = endpoint.function.program
    found: set[Node] = set()
    queue = [endpoint.function, *(dependency.function for dependency in endpoint.dependencies)]
    while queue:
        function = queue.pop()
        is_replaced = function in overridden(program) or function.name in patched(program)
        if function.is_function and function not in found and not is_replaced:
            found.add(function)
            queue += [target for _, target in called(function)]
    return found


def _mentions_patched(function: Node) -> bool:
    """Say whether a function names what tests patch: a session, an engine."""
    names = patched(function.program)
    return any(node.last_name in names for node in function.own(ast.Name, ast.Attribute))


def _connected(app: Node) -> dict[str, Node]:
    """Return the variables of modules that only the lifespan of an app connects, by name."""
    lifespan = app.keyword("lifespan").definition
    found = {}
    for call in lifespan.calls:
        made = variable(call.owner) if call.member in _CONNECTS and call.is_awaited else call.owner
        if call.member in _CONNECTS and call.is_awaited and made.is_call:
            found[call.owner.dotted] = made
    return {
        name: made
        for name, made in found.items()
        if not any(
            variable(Node(module, call).owner) == made
            for module in {*app.program.modules, *test_files(app.program)}
            if module.says(*_CALLED)
            for member in _CONNECTS
            for call in module.calls_by_name.get(member, ())
            if Node(module, call).function != lifespan
        )
    }


def _names(function: Node, made: Node) -> bool:
    """Say whether a function calls a method of an object that a module holds."""
    return made in function.program.once(_called_on, function.ast, function)


def _called_on(function: Node) -> set[Node]:
    """Return the objects held by modules of which a function calls a method that is not patched."""
    names = patched(function.program)
    calls = [call for call in function.calls if call.member and call.member not in names]
    return {made for call in calls if (made := variable(call.owner))}


def _makes_tables(app: Node) -> bool:
    """Say whether only the lifespan of an app makes the tables: no test does, or replaces it."""
    lifespan = app.keyword("lifespan").definition
    makers = [function for function in reached([lifespan]) if _mentions_tables(function)]
    names = {"create_all", "upgrade", "dependency_overrides", *(f.name for f in makers)}
    return bool(makers) and not any(m.mentions(*names) for m in test_files(app.program))


def _mentions_tables(function: Node) -> bool:
    return any(attribute.member == "create_all" for attribute in function.own(ast.Attribute))


def _is_entered(client: Client) -> bool:
    """Say whether a TestClient is entered somewhere, which runs the lifespan."""
    if client.is_transport:
        return False
    names = ("enter_context", "__enter__")
    is_by_hand = any(a.attr in names for a in client.call.module.nodes(ast.Attribute))
    if is_by_hand:
        return True
    program, own = client.call.program, client.call.module
    statement = client.call.statement
    names = [t.last_name for t in statement.targets if t.last_name]
    if isinstance(statement.ast, ast.Return) or client.call.function.is_generator:
        names.append(client.call.function.name)
    entered = re.compile(rf"\bwith\b[^:]*\b({'|'.join(map(re.escape, names))})\b".encode())
    others = [m for m in program.modules if m is not own and names and m.says(*names)]
    modules = [own, *(m for m in others if entered.search(m.source))]
    return any(client.call in program.once(_entered, m, m) for m in modules)


def _entered(module: Module) -> set[Node]:
    """Return the clients that a `with` enters, in tests too."""
    return {
        client_behind(Node(module, item.context_expr))
        for with_ in module.nodes(ast.With)
        for item in with_.items
    }


def _starts(function: Node) -> bool:
    """Say whether a function of a test's setup may run a lifespan."""
    return any(call.func.dotted.endswith(_STARTERS) for call in function.calls)


def _missing(app: Node) -> set[str]:
    """Return what requests read, and only the lifespan of an app sets."""
    lifespan = app.keyword("lifespan").definition
    made = _made_by(lifespan) if lifespan.is_function else set()
    made &= _read_by_requests(app.program) if made else made
    return made - _set_elsewhere(lifespan, made) if made else made


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


def _set_elsewhere(lifespan: Node, names: set[str]) -> set[str]:
    """Return which of the names others than the lifespan set: middleware, a factory, a test."""
    found = set()
    for module in lifespan.program.modules:
        if not module.says("state", "setattr") or not module.says(*sorted(names)):
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


def _read(request: Request, names: set[str]) -> str:
    """Return which of the names each endpoint reads that a request may reach: the first's."""
    running = request_functions(request.call.program)
    found = []
    for endpoint in request.endpoints if names else ():
        read = {name for function in _answering(endpoint) & running for name in _reads(function)}
        found.append(min(read & names, default=""))
    return found[0] if found and all(found) else ""


def _reads(function: Node) -> set[str]:
    """Return what a function reads of `request.state` or `app.state`."""
    if not function.module.says("state"):
        return set()
    return {node.member for node in function.own(ast.Attribute) if _is_state(node, ast.Load)}
