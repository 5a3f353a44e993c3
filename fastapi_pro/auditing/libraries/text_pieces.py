"""What a text is put together from, in order: what is written, and the values between."""

import ast
import re
import string
from collections.abc import Iterator
from typing import TypeAlias

from fastapi_pro.auditing.model.node import Node

Piece: TypeAlias = str | Node
_PLACE = re.compile(r"%[-+ #0-9.]*[a-zA-Z]")


def pieces(expr: Node) -> list[Piece]:
    """Return the pieces of an f-string, `+`, `%` and `format`; of anything else itself."""
    match expr.ast:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=values):
            return [piece for value in values for piece in pieces(expr.at(_inner(value)))]
        case ast.BinOp(op=ast.Add()):
            return [piece for operand in expr.operands for piece in pieces(operand)]
        case ast.BinOp(left=ast.Constant(value=str(text)), op=ast.Mod(), right=right):
            given = expr.at(right).elements or [expr.at(right)]
            return _between(_PLACE.split(text), iter(given))
        case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(text)), attr="format")):
            return list(_formatted(text, expr))
    return [expr]


def _inner(value: ast.expr) -> ast.expr:
    return value.value if isinstance(value, ast.FormattedValue) else value


def _between(texts: list[str], values: Iterator[Node]) -> list[Piece]:
    """Return texts with a value after each but the last, as far as there are values."""
    found: list[Piece] = []
    for text in texts:
        found += [piece for piece in (text, next(values, "")) if piece]
    return found


def _formatted(text: str, call: Node) -> Iterator[Piece]:
    """Yield the texts of a format and what each field is given; nothing if it cannot be read."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return
    for number, (before, field, _, _) in enumerate(parts):
        if before:
            yield before
        if field is not None:
            name = field or str(number)
            given = call.args[int(name)] if name.isdigit() and int(name) < len(call.args) else None
            yield given or call.keyword(name)
