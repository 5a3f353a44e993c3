"""A test's client of an app whose lifespan makes what the requests need, and never runs."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import request_functions
from fastapi_pro.auditing.libraries.pytest import setup, tests
from fastapi_pro.auditing.libraries.sqlalchemy_connections import answering
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import dotted
from fastapi_pro.auditing.libraries.test_clients import (
    Client,
    app_behind,
    asked_for,
    clients,
    requests_in,
)
from fastapi_pro.auditing.model.legacy import FUNCTIONS, At, Module, Program, keyword, own_nodes

_STARTERS = ("LifespanManager", "lifespan_context", "lifespan", "startup")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first transport or TestClient of each app that is asked without being started."""
    made: dict[At, tuple[At, set[str]]] = {}
    known: dict[At, set[str]] = {}
    for client in program.fact(clients):
        app = app_behind(program, client.module, client.app)
        if app is not None and app not in known:
            known[app] = _missing(program, app)
        missing = known[app] if app is not None else set()
        if app is not None and missing and not _is_entered(program, client):
            made[At(client.module, client.call)] = app, missing
    reported: set[At] = set()
    for test in program.fact(tests) if made else ():
        functions = setup(program, test)
        if any(_starts(function) for function in functions):
            continue
        for function in functions:
            for request, at in requests_in(program, function):
                if at not in made or made[at][0] in reported:
                    continue
                app, missing = made[at]
                name = _read(program, function.module, request, missing)
                if name is not None:
                    assert isinstance(test.node, FUNCTIONS)
                    reported.add(app)
                    yield Hit(
                        at.module, at.node,
                        f"`{test.node.name}` asks an app that was never started: its lifespan"
                        f" makes `state.{name}`, and this client does not run it",
                    )  # fmt: skip


def _missing(program: Program, app: At) -> set[str]:
    """Return what only the lifespan of an app puts into its state."""
    made = _made_at_start(program, app)
    missing = made - _set_elsewhere(program, app) if made else made
    return missing - _overridden(program, missing)


def _is_entered(program: Program, client: Client) -> bool:
    """Say whether a TestClient is entered somewhere, which runs the lifespan."""
    if client.is_transport:
        return False
    for module in program.modules:
        for with_ in module.nodes(ast.With):
            for item in with_.items:
                found = program.value(module, item.context_expr)
                if found is not None and found.node is client.call:
                    return True
    names = ("enter_context", "__enter__")
    return any(node.attr in names for node in client.module.nodes(ast.Attribute))


def _starts(function: At) -> bool:
    """Say whether a function of a test's setup may run a lifespan."""
    return any(
        isinstance(node, ast.Call) and dotted(node.func).endswith(_STARTERS)
        for node in own_nodes(function.node)
    )


def _lifespan(program: Program, app: At) -> At | None:
    assert isinstance(app.node, ast.Call)
    found = program.resolve(app.module, keyword(app.node, "lifespan"))
    return found if isinstance(found, At) and isinstance(found.node, FUNCTIONS) else None


def _made_at_start(program: Program, app: At) -> set[str]:
    """Return what the lifespan of an app puts into its state."""
    lifespan = _lifespan(program, app)
    found: set[str] = set()
    for node in own_nodes(lifespan.node) if lifespan is not None else ():
        assert lifespan is not None
        if isinstance(node, ast.Attribute) and _is_set(node):
            found.add(node.attr)
        if isinstance(node, ast.Yield):
            value = program.value(lifespan.module, node.value)
            if value is not None and isinstance(value.node, ast.Dict):
                keys = value.node.keys
                found |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
            if value is not None and isinstance(value.node, ast.Call):
                found |= {k.arg for k in value.node.keywords if k.arg is not None}
    return found


def _is_state(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Attribute) and node.value.attr == "state"


def _is_set(node: ast.Attribute) -> bool:
    """Say whether an attribute is the target of `app.state.name = ...`."""
    return isinstance(node.ctx, ast.Store) and _is_state(node)


def _set_elsewhere(program: Program, app: At) -> set[str]:
    """Return what others than the lifespan set: middleware, a factory, a test."""
    lifespan = _lifespan(program, app)
    found = set()
    for module in program.modules:
        for node in module.nodes(ast.Attribute):
            if _is_set(node):
                function = module.function_of(node)
                if function is None or lifespan is None or function is not lifespan.node:
                    found.add(node.attr)
        for call in module.nodes(ast.Call):
            if dotted(call.func).endswith("setattr"):
                found |= {str(a.value) for a in call.args if isinstance(a, ast.Constant)}
    return found


def _overridden(program: Program, names: set[str]) -> set[str]:
    """Return those of the names that an overridden dependency reads."""
    found = set()
    for module in program.modules if names else ():
        for node in module.nodes(ast.Subscript):
            if dotted(node.value).endswith("dependency_overrides"):
                target = program.resolve(module, node.slice)
                if isinstance(target, At):
                    found |= set(_reads(target)) & names
    return found


def _read(program: Program, module: Module, request: ast.Call, names: set[str]) -> str | None:
    """Return what the endpoints that a request surely reaches read of the names."""
    found: list[str | None] = []
    for route in asked_for(program, module, request) if names else ():
        functions = answering(program, route) & program.fact(request_functions)
        read = {name for function in functions for name in _reads(function)}
        found.append(min(read & names, default=None))
    return found[0] if found and all(found) else None


def _reads(function: At) -> Iterator[str]:
    """Yield what a function reads of `request.state` or `app.state`."""
    for node in own_nodes(function.node):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load) and _is_state(node):
            yield node.attr
