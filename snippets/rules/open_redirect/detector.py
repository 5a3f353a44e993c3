"""Redirects to where a client says."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.request_texts import Search, is_segment

_REDIRECT = "fastapi.responses.RedirectResponse"
_OWN = ("header", "cookie", "body")  # a link cannot bring them
_URLS = frozenset({"pydantic.HttpUrl", "pydantic.AnyHttpUrl", "pydantic.AnyUrl"})


def _parts(expr: Node) -> list[Node]:
    """Return the beginning of an address."""
    match expr.ast:
        case ast.JoinedStr(values=[ast.FormattedValue(value=first), *_]):
            return [expr.at(first)]
        case ast.BinOp(op=ast.Add()):
            return expr.operands[:1]
    return []


_ADDRESS = Search(_parts, _URLS)


def detect(program: Program) -> Iterator[Hit]:
    """Yield each redirect whose address begins with what a client sends."""
    for call in program.calls_of(_REDIRECT):
        yield from _led(call, call.argument(0, "url"))
    for call in program.calls_named("Response", "JSONResponse", "HTMLResponse", "HTTPException"):
        for key, value in call.keyword("headers").value.entries:
            if str(key.literal).lower() == "location":
                yield from _led(call, value)
    for node in _assignments(program):
        target = node.targets[0]
        if target.generic.member == "headers" and str(target.index.literal).lower() == "location":
            yield from _led(node, node.assigned)


def _assignments(program: Program) -> Iterator[Node]:
    """Yield the assignments of modules that may set the header."""
    for module in program.code:
        if module.says("headers") and module.says("ocation", "OCATION"):
            yield from (Node(module, node) for node in module.nodes(ast.Assign))


def _led(node: Node, address: Node) -> Iterator[Hit]:
    given = _ADDRESS.unchecked(address)
    if given is not None and given.source not in _OWN and not is_segment(given):
        yield node.hit(f"{given.name} may name another site, and the redirect leads there")
