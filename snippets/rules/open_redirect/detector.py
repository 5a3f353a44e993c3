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
        given = _ADDRESS.unchecked(call.argument(0, "url"))
        if given is not None and given.source not in _OWN and not is_segment(given):
            yield call.hit(f"{given.name} may be another site, and the redirect leads there")
    for node in program.nodes(ast.Assign):
        target = node.targets[0]
        if target.index.literal in ("Location", "location") and target.generic.member == "headers":
            given = _ADDRESS.unchecked(node.assigned)
            if given is not None and given.source not in _OWN and not is_segment(given):
                yield node.hit(f"{given.name} may be another site, and the redirect leads there")
