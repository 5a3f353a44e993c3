"""Numbers of a row that are read, changed in Python, and written back without a lock."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, models
from fastapi_pro.auditing.libraries.sqlalchemy_rows import is_new, row_of
from fastapi_pro.auditing.model import limits

_NUMBERS = {
    "builtins.int", "builtins.float", "decimal.Decimal", "sqlalchemy.Integer",
    "sqlalchemy.BigInteger", "sqlalchemy.SmallInteger", "sqlalchemy.Numeric", "sqlalchemy.Float",
    "sqlalchemy.DECIMAL", "sqlalchemy.Double",
}  # fmt: skip
_LONGEST = 110  # characters of a fix
_LOCK = re.compile(r"for_update|(^|_)(advisory|x?act|row|dist\w*)?_?locks?(_|$)", re.IGNORECASE)
_STRICT = re.compile(r"^(SERIALIZABLE|REPEATABLE READ)$", re.IGNORECASE)
_WORDS = ("ERIALIZABLE", "erializable", "EPEATABLE", "epeatable")
_OF_VALUE = re.compile(
    r"balance|credit|debit|amount|stock|quantit|inventory|price|total|points|seats|budget|quota"
    r"|available|remaining|reserved|wallet",
    re.IGNORECASE,
)
_WHOLE = {
    "builtins.int", "sqlalchemy.Integer", "sqlalchemy.BigInteger", "sqlalchemy.SmallInteger",
}  # fmt: skip
_SPENT = re.compile(
    r"cents|cost|deposit|donat|earn|fee|income|paid|payment|profit|refund|revenue|sales|spen[dt]"
    r"|tax|value|withdraw|worth",
    re.IGNORECASE,
)
"""Names of whole numbers that are money: `total_spent`, in cents."""
_OPERATORS: dict[type[ast.operator], str] = {ast.Sub: "-", ast.Mult: "*", ast.Div: "/"}
_PLAIN = (ast.Attribute, ast.Call, ast.Constant, ast.Name)
_COUNTS = re.compile(
    r"total_(\w+_)?(attempt|call|click|download|error|fail(ure)?|hit|job|login|quer(y|ie)|request"
    r"|run|view|visit)s?$",
    re.IGNORECASE,
)
"""Columns that count what happened: statistics."""
_LOGINS = re.compile(r"(total_|num_)?(log|sign)_?ins?(_(count(er)?|total))?$", re.IGNORECASE)
"""Columns that count how often somebody logged in: nobody does twice at once."""
_PLACES = re.compile(r"version|revision|position|order|rank|index|sort|priority|level")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the additions that another request's may overwrite."""
    names = {column.name for column in _numbers(program)}
    if not names or any(program.strings(_STRICT, *_WORDS)):
        return
    for attribute in program.attributes(*sorted(names)):
        if attribute.is_read or attribute.module.is_tool or not _is_changed(attribute):
            continue
        column = _column(attribute)
        function = attribute.function
        if column is None or function not in request_functions(program):
            continue
        if not _is_locked(attribute.owner, function):
            row = f"{attribute.owner.text}.{column.name}"
            yield attribute.statement.hit(
                f"`{function.name}` reads `{row}`, changes it and writes it back: when two"
                " requests do so at once, one change is lost",
                severity=_severity(column),
                fix=_fix(column, _change(attribute)),
            )


def _severity(column: Column) -> str:
    """Return how much it matters, "" for as much as the rule says."""
    if _LOGINS.match(column.name):
        return "low"
    return "" if _is_of_value(column) else "medium"


def _is_of_value(column: Column) -> bool:
    """Say whether a column is money, a stock or the like, of which none may be lost."""
    name = column.name
    if column.type in _WHOLE and not _SPENT.search(name):
        name = name.removeprefix("total_")  # of things, not of money
    return bool(_OF_VALUE.search(name)) and not _COUNTS.search(name)


def _fix(column: Column, change: str) -> str:
    """Return how one statement changes the column, with its names."""
    values = f"{column.name}={column.full_name} {change}"
    statement = f"update({column.owner}).where(...).values({values})"
    text = f"Lock the row, or `{statement}`"
    return (
        text
        if len(text) <= _LONGEST
        else f"Lock the row, or change it in SQL: `{column.full_name} {change}`"
    )


@fact
def _numbers(program: Program) -> set[Column]:
    """Return the columns of numbers that requests may change together."""
    return {
        column
        for model in models(program).values()
        if not any(_has_version(cls) for cls in model.cls.lineage)
        for column in model.columns.values()
        if column.type in _NUMBERS and not _PLACES.search(column.name)
    }


def _has_version(cls: Node) -> bool:
    """Say whether a class tells SQLAlchemy to compare a version with each UPDATE."""
    bound = cls.bindings("__mapper_args__")
    return any("version_id_col" in cls.at(binding.node).text for binding in bound)


def _is_changed(target: Node) -> bool:
    """Say whether an attribute is given its own value with something added or taken."""
    statement = target.parent
    if isinstance(statement.ast, ast.AugAssign):
        return True
    if not isinstance(statement.ast, ast.Assign) or not target.owner.dotted:
        return False
    value = statement.assigned
    value = value.value if value.name else value
    if not isinstance(value.ast, ast.BinOp):
        return False
    return any(_reads(operand, target) for operand in value.operands)


def _change(target: Node) -> str:
    """Return what is added to an attribute or taken from it: `+ amount`, `- 1`."""
    statement = target.parent
    if isinstance(statement.ast, ast.AugAssign):
        operator, given = statement.ast.op, [statement.at(statement.ast.value)]
    else:
        value = statement.assigned
        value = value.value if value.name else value
        operator = value.ast.op if isinstance(value.ast, ast.BinOp) else ast.Add()
        given = [operand for operand in value.operands if not _reads(operand, target)]
    is_plain = len(given) == 1 and isinstance(given[0].ast, _PLAIN) and len(given[0].text) < 40
    return f"{_OPERATORS.get(type(operator), '+')} {given[0].text if is_plain else '…'}"


def _reads(operand: Node, target: Node) -> bool:
    """Say whether an operand is what an attribute holds: itself, `(x or 0)`, or a name of it."""
    found = operand.value if operand.name else operand
    if isinstance(found.ast, ast.BoolOp):
        found = found.operands[0]
    return found.dotted == target.dotted


def _column(attribute: Node) -> Column | None:
    """Return the column that is set, if its row was loaded."""
    model = row_of(attribute.owner)
    column = model.columns.get(attribute.member) if model else None
    is_known = column in _numbers(attribute.program)
    return column if is_known and not is_new(attribute.owner) else None


def _is_locked(row: Node, function: Node, depth: int = 0) -> bool:
    """Say whether a function, what it calls, or what hands it the row locks something."""
    if depth > limits.CALLS or _locks(function):
        return True
    if row.name == "self" and function.parameters:
        row = row.at(None)
    parameter = row.value
    if row and not isinstance(parameter.ast, ast.arg):
        return False
    return any(_is_locked(_given(call, parameter), call.function, depth + 1) for call in
               function.callers if call.function)  # fmt: skip


def _given(call: Node, parameter: Node) -> Node:
    """Return what a call hands over for a parameter, or on which object it is called."""
    return parameter.passed(call) if parameter else call.owner


def _locks(function: Node, depth: int = 0) -> bool:
    """Say whether a function names a lock, or one that it calls does."""
    names = [name.last_name for name in function.own(ast.Name, ast.Attribute)]
    names += [key for call in function.calls for key in call.keywords]
    if any(map(_LOCK.search, names)):
        return True
    if depth >= limits.CALLS:
        return False
    return any(_locks(call.callee, depth + 1) for call in function.calls if call.callee)
