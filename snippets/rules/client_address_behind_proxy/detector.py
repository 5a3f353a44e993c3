"""A server that believes whatever address a client claims."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.command_lines import is_in_main
from fastapi_pro.auditing.libraries.configured_values import default_of
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.forwarded_addresses import claimed_addresses
from fastapi_pro.auditing.libraries.http_errors import raised_status, status
from fastapi_pro.auditing.libraries.middleware import stacks
from fastapi_pro.auditing.libraries.proxies import is_behind_replacing_proxy
from fastapi_pro.auditing.libraries.starts import Start, starts
from fastapi_pro.auditing.model import limits

_MIDDLEWARE = "uvicorn.middleware.proxy_headers.ProxyHeadersMiddleware"
_MESSAGE = (
    "trusts the X-Forwarded-For of any client: clients can forge the address that rate limits"
    " and logs see"
)
_TRUSTS_ANY = f"the middleware {_MESSAGE}"
_NAMES_PROXY = "`trusted_hosts=` with the proxy's address; the server's options do not change it"
_ASK_THE_SERVER = "`request.client.host`, and `--forwarded-allow-ips` with the proxy's address"
_PARSERS = ("ipaddress.ip_address", "ipaddress.IPv4Address", "builtins.str")
_REFUSED = (401, 403, 404)
_RIGHT = re.compile(r"forwarded.allow.ips|ProxyHeadersMiddleware|proxy.headers", re.IGNORECASE)
_WORDS = ("orwarded", "ORWARDED", "roxy", "ROXY")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `forwarded_allow_ips="*"` and `trusted_hosts="*"`."""
    for start in starts(program):
        allowed = start.option("forwarded-allow-ips")
        if allowed is None or start.is_development or _is_by_hand(start):
            continue
        value = allowed.value
        if value is None and isinstance(allowed.place, Node):
            value = default_of(allowed.place.assigned or allowed.place).constant
        who = "gunicorn" if start.server == "gunicorn" else "the server"
        if _names_any(value):
            if not is_behind_replacing_proxy(program, start.launch):
                yield allowed.place.hit(f"{who} {_MESSAGE}")
        elif _is_quoted(value):
            yield allowed.place.hit(
                f"no shell takes the quotes off here: {who} trusts a host named `{value}`, so no"
                " proxy, and all clients have the proxy's address"
            )
    for module in program.code:
        for call in program.calls_in(module, _MIDDLEWARE):
            if _is_any(call.keyword("trusted_hosts")):
                yield call.hit(_TRUSTS_ANY, fix=_NAMES_PROXY)
    for stack in stacks(program).values():
        for added in stack:
            is_proxy = added.library_name == _MIDDLEWARE
            if is_proxy and _is_any(added.node.keyword("trusted_hosts")):
                yield added.node.hit(_TRUSTS_ANY, fix=_NAMES_PROXY)
    yield from _decisions(program)
    for taken in claimed_addresses(program):
        yield taken.hit(
            f"`{taken.function.name}` takes the first entry of X-Forwarded-For, which the client"
            " writes: whoever sends another one each time is not limited",
            fix=_ASK_THE_SERVER,
        )


def _is_by_hand(start: Start) -> bool:
    """Say whether somebody runs a file to reach the server from the same machine alone."""
    is_python = isinstance(start.place, Node) and is_in_main(start.place)
    return is_python and start.is_on_loopback and not start.is_deployed


def _is_any(hosts: Node) -> bool:
    return _names_any(hosts.constant)


def _is_quoted(value: object) -> bool:
    """Say whether a value still has its quotes: in a list of words, they belong to it."""
    return isinstance(value, str) and value[:1] in ("'", '"') and value[:1] == value[-1:]


def _names_any(value: object) -> bool:
    return value == "*" or (isinstance(value, (list, tuple)) and "*" in value)


def _decisions(program: Program) -> Iterator[Hit]:
    """Yield the tests of `request.client.host` by which a request is refused."""
    if not any(host.owner.last_name == "client" for host in program.attributes("host")):
        return
    for function in sorted(request_functions(program), key=lambda f: f.place):
        for branch in () if function.module.is_tool else function.own(ast.If):
            is_test = any(map(_compares, branch.test.walk(ast.Compare)))
            if is_test and _refuses(branch) and not _knows_proxy(program):
                yield branch.hit(
                    f"`{function.name}` decides by `request.client.host`: behind a proxy, that is"
                    " the proxy's address for every client until the server trusts the proxy"
                )
                break


@fact
def _knows_proxy(program: Program) -> bool:
    """Say whether the program itself says which proxies the server is to trust."""
    keys = (key.arg or "" for module in program.code for key in module.nodes(ast.keyword))
    names = (alias.name for module in program.code for alias in module.nodes(ast.alias))
    return any(map(_RIGHT.search, (*keys, *names))) or any(
        True for _ in program.strings(_RIGHT, *_WORDS)
    )


def _refuses(branch: Node) -> bool:
    """Say whether one way of an `if` refuses the request."""
    block = getattr(branch.parent.ast, "body", [])
    following = block[block.index(branch.ast) + 1 :] if branch.ast in block else []
    ways = [branch.body, [branch.at(s) for s in branch.ast.orelse]]  # type: ignore[attr-defined]
    ways += [[branch.at(s) for s in following]]
    return any(map(_is_refusal, (way[0] for way in ways if len(way) == 1)))


def _is_refusal(statement: Node) -> bool:
    match statement.ast:
        case ast.Raise():
            return raised_status(statement) in _REFUSED
        case ast.Return(value=ast.Call()):
            answer = statement.at(statement.ast.value)
            return status(answer.argument(1, "status_code")) in _REFUSED
    return False


def _compares(test: Node) -> bool:
    """Say whether a comparison looks for the client's address among others."""
    match test.ast:
        case ast.Compare(comparators=[ast.List(elts=[]) | ast.Tuple(elts=[])]):
            return False  # nobody is named
        case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() | ast.Eq() | ast.NotEq()]):
            return _is_address(test.at(left))
    return False


def _is_address(expr: Node, depth: int = 0) -> bool:
    """Say whether an expression is `request.client.host`, by a name, a function, or parsed."""
    if expr.member == "host" and not expr.is_call:
        return expr.owner.last_name == "client"
    found = expr.value
    if depth > limits.CALLS or not found:
        return False
    match found.ast:
        case ast.Attribute() if found != expr:
            return _is_address(found, depth + 1)
        case ast.IfExp(body=body):
            return _is_address(found.at(body), depth + 1)
        case ast.Call():
            if found.called in _PARSERS:
                return any(_is_address(given, depth + 1) for given in found.args)
            return any(_is_address(value, depth + 1) for value in found.callee.returned)
    return False
