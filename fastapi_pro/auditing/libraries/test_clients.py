"""The clients that tests talk to an application with, and the endpoints that they ask for."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.legacy_fastapi import Route, is_app, routes_in
from fastapi_pro.auditing.libraries.pytest import fixture
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    argument,
    callee,
    calls_in,
    keyword,
    own_nodes,
)

TRANSPORTS = ("httpx.ASGITransport", "httpx2.ASGITransport")
TEST_CLIENT = "fastapi.testclient.TestClient"
_CLIENTS = ("httpx.AsyncClient", "httpx2.AsyncClient")
_METHODS = {"get", "post", "put", "patch", "delete", "options", "head"}
_DEPTH = 8  # of names, fixtures and calls followed


@dataclass(frozen=True, slots=True, eq=False)
class Client:
    """A call that connects to an application in the test's process."""

    module: Module
    call: ast.Call
    is_transport: bool

    @property
    def app(self) -> ast.expr | None:
        """What the call is given as the application."""
        is_plain = not self.is_transport or bool(self.call.args)
        return argument(self.call, 0, "app") if is_plain else keyword(self.call, "app")


def clients(program: Program) -> list[Client]:
    """Return the transports and TestClients of a program; for `program.fact`."""
    found = []
    names = {name.rpartition(".")[2] for name in (*TRANSPORTS, TEST_CLIENT, *_CLIENTS)}
    for module in program.modules:
        is_named = any(alias.name in names for alias in module.nodes(ast.alias))
        if not is_named and not any(a.attr in names for a in module.nodes(ast.Attribute)):
            continue
        for call in program.calls(module, *TRANSPORTS, TEST_CLIENT):
            is_transport = program.name_of(module, call.func) != TEST_CLIENT
            found.append(Client(module, call, is_transport))
        found += [
            Client(module, call, is_transport=True)
            for call in program.calls(module, *_CLIENTS)
            if keyword(call, "app") is not None  # up to httpx 0.27
        ]
    return found


def app_behind(program: Program, module: Module, expr: ast.AST | None, depth: int = 0) -> At | None:
    """Return the call that makes an application, through names, factories and fixtures."""
    if expr is None or depth > _DEPTH:
        return None
    found = program.value(module, expr)
    if found is None or isinstance(found.node, FUNCTIONS):
        return None
    node = found.node
    if isinstance(node, ast.arg):
        given = fixture(program, found.module, node.arg)
        return _first_app(program, given, depth) if given is not None else None
    if isinstance(node, ast.Call):
        if isinstance(node.func, (ast.Name, ast.Attribute)) and is_app(program, found.module, node):
            target = callee(program, found.module, node)
            if target is None or _is_init(target):
                return found
            return _first_app(program, target, depth)
        target = callee(program, found.module, node)
        return _first_app(program, target, depth) if target and not _is_init(target) else None
    if isinstance(node, (ast.Name, ast.Attribute)) and node is not expr:
        return app_behind(program, found.module, node, depth + 1)
    return None


def _is_init(function: At) -> bool:
    return isinstance(function.node, FUNCTIONS) and function.node.name == "__init__"


def given_by(function: At) -> Iterator[ast.expr]:
    """Yield what a function returns, or yields."""
    for node in own_nodes(function.node):
        if isinstance(node, (ast.Return, ast.Yield)) and node.value is not None:
            yield node.value


def _first_app(program: Program, function: At, depth: int) -> At | None:
    for value in given_by(function):
        if found := app_behind(program, function.module, value, depth + 1):
            return found
    return None


def client_behind(
    program: Program, module: Module, expr: ast.AST | None, depth: int = 0
) -> At | None:
    """Return the transport or TestClient through which an expression sends requests."""
    if isinstance(expr, ast.Await):
        return client_behind(program, module, expr.value, depth)
    found = program.value(module, expr)
    if found is None or depth > _DEPTH:
        return None
    node = found.node
    if isinstance(node, ast.arg):
        given = fixture(program, found.module, node.arg)
        return _first_client(program, given, depth) if given is not None else None
    if not isinstance(node, ast.Call):
        return None
    name = program.name_of(found.module, node.func)
    if name == TEST_CLIENT or name in TRANSPORTS:
        return found
    if name in _CLIENTS:
        if keyword(node, "app") is not None:
            return found
        return client_behind(program, found.module, keyword(node, "transport"), depth + 1)
    target = callee(program, found.module, node)
    return _first_client(program, target, depth) if target is not None else None


def _first_client(program: Program, function: At, depth: int) -> At | None:
    for value in given_by(function):
        if found := client_behind(program, function.module, value, depth + 1):
            return found
    return None


def requests_in(program: Program, function: At) -> list[tuple[ast.Call, At]]:
    """Return the requests that a function itself sends to an application, with the client."""
    known = program.fact(_requests)
    if function not in known:
        known[function] = list(_requests_in(program, function))
    return known[function]


def _requests(_program: Program) -> dict[At, list[tuple[ast.Call, At]]]:
    return {}


def _requests_in(program: Program, function: At) -> Iterator[tuple[ast.Call, At]]:
    for call in calls_in(function.node):
        func = call.func
        if isinstance(func, ast.Attribute) and func.attr in (*_METHODS, "request"):
            client = client_behind(program, function.module, func.value)
            if client is not None:
                yield call, client


def asked_for(program: Program, module: Module, call: ast.Call) -> list[Route]:
    """Return the endpoints that a request may reach, as far as its path can be read."""
    func = call.func
    method = func.attr if isinstance(func, ast.Attribute) else ""
    expr = argument(call, 0, "url")
    if method == "request":
        given = program.constant(module, argument(call, 0, "method"))
        method = str(given).lower()
        expr = argument(call, 1, "url")
    fitting = [r for r, _ in program.fact(_paths) if r.method in (method, "api_route")]
    if isinstance(expr, ast.Call) and isinstance(expr.func, ast.Attribute):
        if expr.func.attr in ("url_path_for", "url_for") and expr.args:
            name = program.constant(module, expr.args[0])
            return [route for route in fitting if route.node.name == name]
        return []
    path = _path(program, module, expr)
    if path is None:
        return []
    best = 0
    found: list[Route] = []
    for route, segments in program.fact(_paths):
        if route.method not in (method, "api_route"):
            continue
        alike = _alike(path, segments)
        if alike is not None and alike > best:
            best, found = alike, []
        if alike is not None and alike == best:
            found.append(route)
    if len(path) == 0:
        found = [r for r, s in program.fact(_paths) if not s and r.method == method]
        return found if len(found) == 1 else []
    return found if best else []


def _paths(program: Program) -> list[tuple[Route, list[str]]]:
    """Return the endpoints, of tests too, with the segments of their paths as far as known."""
    found = []
    for module in program.modules:
        for route in routes_in(program, module):
            if route.path is None:
                continue
            made = route.call.func.value if isinstance(route.call.func, ast.Attribute) else None
            router = program.value(route.module, made)
            prefix: object = ""
            if router is not None and isinstance(router.node, ast.Call):
                prefix = program.constant(router.module, keyword(router.node, "prefix")) or ""
            found.append((route, _segments(f"{prefix}{route.path}")))
    return found


def _segments(path: str) -> list[str]:
    parts = path.partition("?")[0].split("/")
    return ["*" if "{" in part else part for part in parts if part]


def _path(program: Program, module: Module, expr: ast.AST | None) -> list[str] | None:
    """Return the segments of a requested path, "*" for those that are computed."""
    found = program.value(module, expr)
    node = found.node if found is not None else None
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _segments(node.value.partition("://")[2].partition("/")[2] or node.value)
    if isinstance(node, ast.JoinedStr):
        parts = [
            str(value.value) if isinstance(value, ast.Constant) else "{}" for value in node.values
        ]
        return _segments("".join(parts))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and found is not None:
        right = _path(program, found.module, node.right)
        return ["*", *right] if right is not None else None
    return None


def _alike(asked: list[str], declared: list[str]) -> int | None:
    """Return how many segments at the end of a path are literally a route's; None if not all fit.

    What stands before them is the prefix of routers.
    """
    if not declared or len(declared) > len(asked):
        return None
    tail = asked[len(asked) - len(declared) :]
    literal = 0
    for one, other in zip(tail, declared, strict=True):
        if one == other != "*":
            literal += 1
        elif other != "*" and not (one == "*" and asked.index("*") == 0 and one is tail[0]):
            return None
    return literal
