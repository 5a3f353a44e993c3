"""The clients with which tests call an application, and the endpoints that they call."""

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from fastapi_pro.auditing.libraries.fastapi import METHODS, Endpoint, endpoints_in, is_app
from fastapi_pro.auditing.libraries.pytest import fixture
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_TRANSPORTS = ("httpx.ASGITransport", "httpx2.ASGITransport")
_TEST_CLIENT = "fastapi.testclient.TestClient"
_CLIENTS = ("httpx.AsyncClient", "httpx2.AsyncClient")
_DECORATORS = "|".join(sorted(METHODS)).encode()
_DECLARES = re.compile(rb"@[\w.]+\.(?:%b)\(|add_(?:api_)?(?:websocket_)?route" % _DECORATORS)
_NAMES = [name.rpartition(".")[2] for name in (*_TRANSPORTS, _TEST_CLIENT, *_CLIENTS)]
_MAKES = re.compile(rb"(?:%b)(?:\s*\(|\s+as\b)" % "|".join(sorted(set(_NAMES))).encode())
_ASSIGNED = [f"= {name}" for name in _NAMES]
_METHODS = {"get", "post", "put", "patch", "delete", "options", "head"}


@dataclass(frozen=True)
class Client:
    """A call that connects to an application in the test's process."""

    call: Node

    @property
    def is_transport(self) -> bool:
        """Whether it runs in the test's event loop; a TestClient has one in a thread."""
        return self.call.called != _TEST_CLIENT

    @property
    def app(self) -> Node:
        """The call that makes the application, through names, factories and fixtures."""
        is_plain = not self.is_transport or bool(self.call.args)
        return _app(self.call.argument(0, "app") if is_plain else self.call.keyword("app"))


@dataclass(frozen=True, eq=False)
class Request:
    """A call such as `client.get("/items")` that asks an application, and its client."""

    call: Node
    client: Client

    @cached_property
    def endpoints(self) -> list[Endpoint]:
        """The endpoints that it may reach, as far as its path can be read."""
        method, url = self.call.member, self.call.argument(0, "url")
        if method == "request":
            method = str(self.call.argument(0, "method").constant).lower()
            url = self.call.argument(1, "url")
        known = [(e, s) for e, s in _declared(url.program) if e.method in (method, "api_route")]
        if url.is_call:
            is_named = url.member in ("url_path_for", "url_for") and url.args
            return [e for e, _ in known if e.name == url.args[0].constant] if is_named else []
        path = _requested(url)
        return [] if path is None else _most_alike(path, known)


def overrides(module: Module) -> list[Node]:
    """Return where a module sets `app.dependency_overrides`; removals do not count.

    That is `app.dependency_overrides[get_session]`, whose `index` is the replaced dependency, or
    the attribute alone if it is changed in another way.
    """
    found = []
    is_named = module.says("dependency_overrides")
    for attribute in module.nodes(ast.Attribute) if is_named else ():
        if attribute.attr == "dependency_overrides":
            node = Node(module, attribute)
            match node.parent.ast:
                case ast.Attribute(attr="clear" | "pop" | "get") | ast.Subscript(ctx=ast.Del()):
                    continue
                case ast.Subscript():
                    found.append(node.parent)
                case _:
                    found.append(node)
    return found


@fact
def clients(program: Program) -> list[Client]:
    """Return the transports and TestClients of a program."""
    found: list[Client] = []
    known = (*_TRANSPORTS, _TEST_CLIENT)
    for module in program.modules:
        if _may_make_client(module) and module.mentions(*_NAMES):
            calls = [*program.calls_in(module, *known), *program.calls_in(module, *_CLIENTS)]
            found += [Client(call) for call in calls if _connects(call)]
    return found


def _may_make_client(module: Module) -> bool:
    """Say whether a test's text calls or renames a client: many only annotate one."""
    return not module.is_test or bool(_MAKES.search(module.source)) or module.says(*_ASSIGNED)


def requests_in(function: Node) -> list[Request]:
    """Return the requests that a function itself sends to an application."""
    return function.program.once(_requests_in, function.ast, function)


def _requests_in(function: Node) -> list[Request]:
    return [found for call in function.calls if (found := as_request(call)) is not None]


def as_request(call: Node) -> Request | None:
    """Return the request that a call sends to an application, None if it sends none."""
    if call.member not in _METHODS and call.member != "request":
        return None
    client = client_behind(call.owner)
    return Request(call, Client(client)) if client else None


def _connects(call: Node) -> bool:
    """Say whether a client's call names its application, as AsyncClient did up to httpx 0.27."""
    return call.called not in _CLIENTS or bool(call.keyword("app"))


def _app(expr: Node, depth: int = 0) -> Node:
    """Return the call that makes an application, through names, factories and fixtures."""
    found = expr.value
    if depth > limits.NAMES or not found:
        return expr.at(None)
    if isinstance(found.ast, ast.arg):
        return _of_fixture(found, _app, depth)
    if found.is_call:
        maker = found.callee
        if maker and maker.name != "__init__":
            return _given_by(maker, _app, depth)
        return found if is_app(found) else found.at(None)
    is_followed = isinstance(found.ast, (ast.Name, ast.Attribute)) and found != expr
    return _app(found, depth + 1) if is_followed else found.at(None)


def client_behind(expr: Node, depth: int = 0) -> Node:
    """Return the transport or TestClient through which an expression sends requests."""
    found = expr.awaited.value
    if depth > limits.NAMES or not found:
        return expr.at(None)
    if isinstance(found.ast, ast.arg):
        return _of_fixture(found, client_behind, depth)
    if not found.is_call:
        return found.at(None)
    if found.called == _TEST_CLIENT or found.called in _TRANSPORTS:
        return found
    if found.called in _CLIENTS:
        transport = found.keyword("transport")
        return found if found.keyword("app") else client_behind(transport, depth + 1)
    return _given_by(found.callee, client_behind, depth)


def _of_fixture(parameter: Node, behind: Callable[[Node, int], Node], depth: int) -> Node:
    found = fixture(parameter.module, parameter.name)
    return _given_by(found.function, behind, depth) if found is not None else parameter.at(None)


def _given_by(function: Node, behind: Callable[[Node, int], Node], depth: int) -> Node:
    """Return the client behind the first value that a function yields or returns."""
    values = (*function.yielded, *function.returned)
    return next(filter(None, (behind(v, depth + 1) for v in values)), function.at(None))


@fact
def _declared(program: Program) -> list[tuple[Endpoint, list[str]]]:
    """Return the endpoints, including those in tests, with the known segments of their paths."""
    found = []
    for module in program.modules:
        if module.is_test and not _DECLARES.search(module.source):
            continue
        for endpoint in endpoints_in(module):
            if endpoint.path is not None:
                prefix = endpoint.router.keyword("prefix").constant or ""
                found.append((endpoint, _segments(f"{prefix}{endpoint.path}")))
    return found


def _most_alike(path: list[str], known: list[tuple[Endpoint, list[str]]]) -> list[Endpoint]:
    """Return the endpoints whose paths share the most literal segments with a requested path."""
    if not path:
        roots = [e for e, segments in known if not segments and e.method != "api_route"]
        return roots if len(roots) == 1 else []
    best = 0
    found: list[Endpoint] = []
    for endpoint, segments in known:
        alike = _alike(path, segments)
        if alike is None or alike < best:
            continue
        if alike > best:
            best, found = alike, []
        found.append(endpoint)
    return found if best else []


def _segments(path: str) -> list[str]:
    parts = path.partition("?")[0].split("/")
    return ["*" if "{" in part else part for part in parts if part]


def _requested(url: Node) -> list[str] | None:
    """Return the segments of a requested path, "*" for those that are computed."""
    found = url.value
    match found.ast:
        case ast.Constant(value=str(text)):
            return _segments(text.partition("://")[2].partition("/")[2] or text)
        case ast.JoinedStr(values=values):
            parts = [str(v.value) if isinstance(v, ast.Constant) else "{}" for v in values]
            return _segments("".join(parts))
        case ast.BinOp(op=ast.Add(), right=right):
            path = _requested(found.at(right))
            return ["*", *path] if path is not None else None
    return None


def _alike(asked: list[str], declared: list[str]) -> int | None:
    """Return how many segments at the end of a path equal a route's; None if not all fit.

    The segments before them are the prefixes of routers.
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
