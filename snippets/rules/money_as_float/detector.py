"""Money in floats, where requests compute with it."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, Model, column_named, models
from fastapi_pro.auditing.libraries.sqlalchemy_rows import row_of

_FLOATS = {"builtins.float", "sqlalchemy.Double", "sqlalchemy.Float"}
_EXACT = re.compile(r"\b(Numeric|NUMERIC|DECIMAL|Decimal)\b")
_MONEY = re.compile(
    r"(^|_)(amount|balance|cost|deposit|fee|income|payment|price|refund|revenue|salary|sub_?total"
    r"|tax|wage)s?(_|$)",
    re.IGNORECASE,
)
_GUESSED = re.compile(
    r"av(era)?g|estimat|expected|forecast|id$|market|max|mean|median|min|_of_|per_?cent|predict"
    r"|rate|ratio|token",
    re.IGNORECASE,
)
_OF_MARKET = re.compile(r"candle|kline|ohlc|quote|tick|token|usage|volume|simulat", re.IGNORECASE)
"""Classes and columns of statistics: prices of a market, what calls of a language model cost."""
_SUMS = (ast.Add, ast.Sub, ast.Mult)
_HUNDREDS = (100, 1000, 100.0, 1000.0)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the columns of money that requests compute with, and cents that are cut."""
    yield from _cut(program)
    money = {column for model in models(program).values() for column in _of_money(model)}
    used = _computed(program, money) if money else {}
    for column, function in sorted(used.items(), key=lambda found: found[0].node.place):
        yield column.node.hit(
            f"`{column.full_name}` is money in a float, and `{function.name}` computes with it:"
            " 0.7 + 0.1 is 0.7999999999999999, so sums are off and comparisons fail",
            cause=f"money in floats of {column.node.module.name}",
        )


def _of_money(model: Model) -> Iterator[Column]:
    """Yield the columns of a table that are money, and floats in the database too."""
    if _OF_MARKET.search(model.name) or any(map(_OF_MARKET.search, model.columns)):
        return
    yield from (c for c in model.columns.values() if _is_money(c.name) and _keeps_float(c))


def _keeps_float(column: Column) -> bool:
    """Say whether the database keeps a float; `Numeric` may be annotated as one."""
    return column.type in _FLOATS and not _EXACT.search(column.node.text)


def _is_money(name: str) -> bool:
    return bool(_MONEY.search(name)) and not _GUESSED.search(name)


def _computed(program: Program, money: set[Column]) -> dict[Column, Node]:
    """Return the columns that requests add, subtract or multiply, with the first such function."""
    found: dict[Column, Node] = {}
    for attribute in program.attributes(*sorted({column.name for column in money})):
        function = attribute.function
        if function and not function.module.is_tool and _is_computed(attribute):
            column = column_named(attribute) or _column(attribute)
            if column in money and function in request_functions(program):
                found.setdefault(column, function)
    return found


def _column(attribute: Node) -> Column | None:
    model = row_of(attribute.owner)
    return model.columns.get(attribute.member) if model else None


def _is_computed(attribute: Node) -> bool:
    """Say whether a number is a part of a sum, a difference or a product."""
    above = attribute.parent
    if above.called == "sqlalchemy.func.sum" or above.owner.member == "func":
        return above.last_name == "sum"
    named = [target.name for target in above.targets if above.assigned == attribute]
    uses = (n for n in attribute.function.own(ast.Name) if n.name in named and n.is_read)
    return _is_part(above) or any(_is_part(use.parent) for use in uses if named)


def _is_part(above: Node) -> bool:
    """Say whether what holds a number adds, subtracts or multiplies it."""
    operator = getattr(above.ast, "op", None)
    return isinstance(above.ast, (ast.BinOp, ast.AugAssign)) and isinstance(operator, _SUMS)


def _cut(program: Program) -> Iterator[Hit]:
    """Yield `int(amount * 100)` of a float."""
    for call in program.calls_named("int"):
        product = call.argument(0, "x") if call.called == "builtins.int" else call.at(None)
        if not isinstance(product.ast, ast.BinOp) or not isinstance(product.ast.op, ast.Mult):
            continue
        parts = [part for part in product.operands if part.constant not in _HUNDREDS]
        if len(parts) == 1 and _is_money(parts[0].last_name) and _is_float(parts[0]):
            yield call.hit(
                f"`{call.text}` cuts what a float is too small by: 19.99 becomes 1998",
                fix=f"`round({product.text})`, or `Decimal` in place of float",
            )


def _is_float(expr: Node) -> bool:
    """Say whether a value is a float of a row or a schema, or annotated as one."""
    column = _column(expr) if expr.member else None
    if column is not None:
        return _keeps_float(column)
    schema = schema_of(expr.owner.type_class) if expr.member else None
    field = schema.fields.get(expr.member) if schema else None
    return (expr.type if field is None else field.type) == "builtins.float"
