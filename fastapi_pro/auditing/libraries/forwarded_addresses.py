"""Addresses of clients that code takes from `X-Forwarded-For` by itself, to limit them."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.sources.spots import source

_HEADER = re.compile(r"^x-forwarded-for$", re.IGNORECASE)
_WORDS = ("orwarded", "ORWARDED")
_LIMITS = re.compile(
    r"rate_?limit|(^|_)limit(er|s)?(?![a-z])|Limit(er|s)?(?![a-z])|throttl|brute|lockout",
    re.IGNORECASE,
)
_ASKS = re.compile(r"trust|prox(y|ies)|hops?(?![a-z])", re.IGNORECASE)
_REPLACES = re.compile(
    r"\b(caddy|traefik)\b|\bingressClassName: *[\"']?nginx\b|ingress\.class: *[\"']?nginx\b"
    r"|nginx\.ingress\.kubernetes\.io/|X-Forwarded-For[ \t]+\$remote_addr",
    re.IGNORECASE,
)


def claimed_addresses(program: Program) -> Iterator[Node]:
    """Yield the first entries of the header by which clients are limited.

    A proxy that appends leaves the first entry to the client. Caddy, Traefik and nginx as an
    Ingress replace the header.
    """
    if _is_replaced(program):
        return
    functions = {text.function for text, _ in program.strings(_HEADER, *_WORDS)}
    for function in sorted(filter(None, functions), key=lambda f: f.place):
        if function.module.is_tool or _asks_who_forwards(function) or not _limits(function):
            continue
        taken = [part for part in function.own(ast.Subscript) if _is_first(part)]
        yield from taken[:1]


@fact
def _is_replaced(program: Program) -> bool:
    """Say whether a file that starts the program names a proxy that replaces the header."""
    return any(_REPLACES.search(source(path).text) for path in program.files)


def _asks_who_forwards(function: Node) -> bool:
    """Say whether a function looks at who forwards, or is told whether to believe that."""
    names = (n.last_name for n in function.walk(ast.Name, ast.Attribute))
    return any(map(_ASKS.search, (*names, *(p.name for p in function.parameters))))


def _limits(function: Node) -> bool:
    """Say whether a function, or one that calls it, is part of a limit, by its names."""
    around = [function, *function.callers]
    names = [place.module.name.rpartition("/")[2] for place in around]
    names += [place.function.name for place in around]
    names += [place.enclosing_class.name for place in around]
    return any(map(_LIMITS.search, (function.name, *names)))


def _is_first(part: Node) -> bool:
    """Say whether an expression is `forwarded.split(",")[0]`."""
    if part.index.constant != 0:
        return False
    parts = part.generic.value
    return parts.member in ("split", "partition") and _is_header(parts.owner)


def _is_header(expr: Node, depth: int = 0) -> bool:
    """Say whether an expression is the value of the header, by a name or cleaned."""
    found = expr.value
    if depth > limits.NAMES or not found:
        return False
    if isinstance(found.ast, ast.BoolOp):
        return any(_is_header(found.at(one), depth + 1) for one in found.ast.values)
    if found.member in ("strip", "lower", "decode"):
        return _is_header(found.owner, depth + 1)
    key = found.argument(0, "key") if found.member == "get" else found.index
    name = key.constant
    return isinstance(name, str) and _HEADER.search(name) is not None
