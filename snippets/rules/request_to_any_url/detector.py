"""Requests to an address that the request's own client sends."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.library_calls import (
    HTTP_CLIENTS,
    HTTPX,
    REQUEST_METHODS,
    REQUESTS,
    REQUESTS_SESSIONS,
)
from fastapi_pro.auditing.libraries.rare_work import is_asked, is_only_for_admins
from fastapi_pro.auditing.libraries.request_texts import Search, is_segment

_FUNCTIONS = (
    *HTTPX, *REQUESTS, "urllib.request.urlopen", "urllib.request.urlretrieve", "aiohttp.request",
)  # fmt: skip
_AFTER_METHOD = ("request", "stream")
_URLS = ("httpx.URL", "yarl.URL", "urllib.request.Request")
_SCHEMES = ("http://", "https://")
_DYNAMIC = (ast.Name, ast.Attribute, ast.Call, ast.JoinedStr, ast.BinOp, ast.Subscript)
_CLIENTS = (*sorted(HTTP_CLIENTS), *sorted(REQUESTS_SESSIONS))


def _parts(expr: Node) -> list[Node]:
    """Return what the host of a URL is taken from: its beginning, or what follows the scheme."""
    match expr.ast:
        case ast.JoinedStr(values=values) if values:
            pieces = [
                expr.at(value.value if isinstance(value, ast.FormattedValue) else value)
                for value in values
            ]
            return pieces[1:2] if pieces[0].literal in _SCHEMES else pieces[:1]
        case ast.BinOp(op=ast.Add()):
            left, right = expr.operands
            return [right] if left.literal in _SCHEMES else [left]
        case ast.Call() if expr.called in _URLS:
            return expr.args[:1]
        case ast.Call() if expr.member == "unicode_string":
            return [expr.owner]
    return []


_URL = Search(_parts, frozenset({"pydantic.HttpUrl", "pydantic.AnyHttpUrl", "pydantic.AnyUrl"}))


def detect(program: Program) -> Iterator[Hit]:
    """Yield each request whose host a client names."""
    for call in program.calls_of(*_FUNCTIONS):
        yield from _sent(call)
    for call in program.calls_named(*sorted(REQUEST_METHODS)):
        url = _url(call)
        if call.owner and isinstance(url.ast, _DYNAMIC) and call.owner.is_a(*_CLIENTS):
            yield from _sent(call)


def _sent(call: Node) -> Iterator[Hit]:
    url = _url(call)
    if call.module.is_tool or not isinstance(url.ast, _DYNAMIC):
        return
    given = _URL.unchecked(url)
    if given is not None and not is_segment(given):
        yield call.hit(
            f"{given.name} decides where `{call.func.text}` goes: clients can reach addresses"
            " that only the server should reach",
            severity="low" if not is_asked(call) or is_only_for_admins(call.function) else "",
        )


def _url(call: Node) -> Node:
    return call.argument(1 if call.last_name in _AFTER_METHOD else 0, "url")
