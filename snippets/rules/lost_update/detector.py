"""Numbers of a row that are read, changed in Python, and written back without a lock."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.documents import document_of, is_of_tortoise
from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.foreign_keys import foreign_keys, table_name
from fastapi_pro.auditing.libraries.row_locks import locked, locks
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, models
from fastapi_pro.auditing.libraries.sqlalchemy_rows import is_new, row_of
from fastapi_pro.auditing.libraries.stores import (
    looked_up,
    scalar_of,
    sent_sql,
    updated,
)
from fastapi_pro.auditing.model import limits

_NUMBERS = {
    "builtins.int", "builtins.float", "decimal.Decimal", "sqlalchemy.Integer",
    "sqlalchemy.BigInteger", "sqlalchemy.SmallInteger", "sqlalchemy.Numeric", "sqlalchemy.Float",
    "sqlalchemy.DECIMAL", "sqlalchemy.Double",
}  # fmt: skip
_WRITE = re.compile(r"(^|_)(values|update|updated|set|patch|modify|save|write)(_|$)")
_IN_SQL = "Change it in one statement, `SET stock = stock - 1`; or read it with FOR UPDATE"
_INC = "Change it in the database: `$inc`, with the condition in the filter"
_EXPRESSION = "Change it in the database: `filter(...).update(stock=F('stock') - 1)`"
_ROUNDS = {f"builtins.{name}" for name in ("max", "min", "round", "int", "float", "abs")}
_LONGEST = 110  # characters of a fix
_ONLY_LOCK = "Lock the row, `with_for_update=True`: what changes it is computed from the row, too"
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
    if any(program.strings(_STRICT, *_WORDS)):
        return
    yield from _of_attributes(program)
    for function in sorted(request_functions(program), key=lambda f: f.place):
        if not function.module.is_tool:
            yield from _given_back(function)
            yield from _saved(function)


def _of_attributes(program: Program) -> Iterator[Hit]:
    """Yield the attributes of rows that are given their own value, changed."""
    names = {column.name for column in _numbers(program)}
    for attribute in program.attributes(*sorted(names)):
        if attribute.is_read or attribute.module.is_tool or not _is_changed(attribute):
            continue
        column = _column(attribute)
        function = attribute.function
        if column is None or function not in request_functions(program):
            continue
        if not _is_locked(attribute.owner, function) or _locks_others(attribute.owner, function):
            row = f"{attribute.owner.text}.{column.name}"
            fix = _fix(column, _change(attribute))
            yield attribute.statement.hit(
                _message(function, row), severity=_severity(column), fix=fix
            )


def _message(function: Node, value: str) -> str:
    return (
        f"`{function.name}` reads `{value}`, changes it and writes it back: when two"
        " requests do so at once, one change is lost"
    )


def _given_back(function: Node) -> Iterator[Hit]:
    """Yield what a call writes of a row: `update(id, stock=item.stock - 1)`, SQL, `setattr`."""
    for change in function.own(ast.BinOp):
        if not isinstance(change.ast.op, (ast.Add, ast.Sub, ast.Mult)):  # type: ignore[attr-defined]
            continue
        for held in map(_held, change.operands):
            found = _name_of(held)
            place = next((use for use in _uses(change) if _writes(use, held, found)), None)
            if not found or place is None or not _is_loaded(held, found):
                continue
            if not _is_locked(_row(held), function):
                severity = "" if _OF_VALUE.search(found) else "medium"
                message = _message(function, held.text)
                yield place.statement.hit(message, severity=severity, fix=_IN_SQL)


def _held(operand: Node) -> Node:
    """Return the value of `row.stock`, also in `(row.stock or 0)` and through a name."""
    found = operand.value if operand.name else operand
    return (found.operands[0] if isinstance(found.ast, ast.BoolOp) else found).awaited


def _name_of(held: Node) -> str:
    """Return the column of `row.stock`, `row["stock"]`, `fetchval("SELECT stock ...")`, or ""."""
    key = held.index.literal
    if held.is_call:
        return scalar_of(held)
    return key if isinstance(key, str) else held.member


def _row(held: Node) -> Node:
    return held if held.is_call else held.generic or held.owner


def _is_loaded(held: Node, name: str) -> bool:
    """Say whether a number is a column of a row, or a field of a document, that was loaded."""
    if held.member and not held.is_call:
        return held.member in {c.name for c in _numbers(held.program)} and bool(_column(held))
    return looked_up(_row(held)) is not None


def _uses(change: Node) -> Iterator[Node]:
    """Yield an expression, and the uses of the variable that it is assigned to."""
    yield change
    statement = change.statement
    if statement.assigned == change and len(statement.targets) == 1:
        for name in change.function.own(ast.Name):
            if name.is_read and name.name == statement.targets[0].name:
                yield name


def _writes(use: Node, held: Node, name: str) -> bool:
    """Say whether a call writes a value into the column that it was read from."""
    parent = use.parent
    if isinstance(parent.ast, ast.keyword):
        return parent.ast.arg == name and bool(_WRITE.search(parent.parent.last_name))
    if isinstance(parent.ast, ast.Dict):
        calls = (above for above in parent.ancestors if above.is_call)
        call = next(calls, use.at(None))
        return parent.entry(name) == use and bool(_WRITE.search(call.last_name))
    call = parent if parent.is_call else parent.parent
    if call.called == "builtins.setattr":
        row, column = call.argument(0, ""), call.argument(1, "")
        return row.dotted == _row(held).dotted and column.literal == name
    found = looked_up(_row(held)) if call.is_call and use in call.given else None
    sent = (updated(text) for _, text in sent_sql(call)) if found else ()
    return any(one and found and one[0] == found.table and name.lower() in one[1] for one in sent)


def _saved(function: Node) -> Iterator[Hit]:
    """Yield the numbers of a document, or of a row of Tortoise, that are changed and saved."""
    saves = [call for call in function.calls if call.member in ("save", "replace", "save_changes")]
    for statement in function.own(ast.AugAssign, ast.Assign) if saves else ():
        changed = statement.targets[0]
        owner = changed.owner if _is_changed(changed) else changed.at(None)
        is_saved = any(s.owner.dotted == owner.dotted for s in saves if owner.dotted)
        model = document_of(owner) if is_saved else None
        if model and not locks(function):
            severity = "" if _OF_VALUE.search(changed.member) else "medium"
            fix = _EXPRESSION if is_of_tortoise(model.cls) else _INC
            yield statement.hit(_message(function, changed.text), severity=severity, fix=fix)


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
    """Return how one statement changes the column, with its names; "" as change: none can."""
    if not change:
        return _ONLY_LOCK
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
    value = _computed(statement)
    if not isinstance(value.ast, ast.BinOp):
        return False
    return any(_reads(operand, target) for operand in value.operands)


def _computed(statement: Node) -> Node:
    """Return what is assigned, through a name, and the sum in `max(0, stock - 1)`."""
    value = statement.assigned
    value = value.value if value.name else value
    if value.called in _ROUNDS:
        sums = [given for given in value.args if isinstance(given.ast, ast.BinOp)]
        return sums[0] if sums else value
    return value


def _change(target: Node) -> str:
    """Return what is added to an attribute or taken from it: `+ amount`, `- 1`."""
    statement = target.parent
    if isinstance(statement.ast, ast.AugAssign):
        operator, given = statement.ast.op, [statement.at(statement.ast.value)]
    else:
        value = _computed(statement)
        operator = value.ast.op if isinstance(value.ast, ast.BinOp) else ast.Add()
        given = [operand for operand in value.operands if not _reads(operand, target)]
    if any(_is_of_row(operand, target.owner) for operand in given):
        return ""
    is_plain = len(given) == 1 and isinstance(given[0].ast, _PLAIN) and len(given[0].text) < 40
    return f"{_OPERATORS.get(type(operator), '+')} {given[0].text if is_plain else '…'}"


def _is_of_row(operand: Node, row: Node) -> bool:
    """Say whether a variable was computed from what the same row held: `ratio`, not an amount."""
    value = operand.value if operand.name else operand.at(None)
    parts = value.walk(ast.Attribute) if value else ()
    return any(part.owner.text == row.text and part.member for part in parts)


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
    if depth > limits.CALLS or locks(function):
        return True
    if row.name == "self" and function.parameters:
        row = row.at(None)
    parameter = row.value
    if row and not isinstance(parameter.ast, ast.arg):
        return False
    filled = (p.dependency for p in parameters(function) if p.node == parameter)
    if any(one is not None and locks(one.function) for one in filled):
        return True
    return any(_is_locked(_given(call, parameter), call.function, depth + 1) for call in
               function.callers if call.function)  # fmt: skip


def _given(call: Node, parameter: Node) -> Node:
    """Return what a call hands over for a parameter, or on which object it is called."""
    return parameter.passed(call) if parameter else call.owner


def _locks_others(row: Node, function: Node) -> bool:
    """Say whether a function locks rows of tables that the changed row does not belong to.

    Who changes the lines of an order may lock the order; stock that others take, too, needs more.
    """
    model = row_of(row)
    if model is None or isinstance(row.value.ast, ast.arg):
        return False
    held = [*locked(function)]
    tables = {table_name(one.cls) for one in held if one is not None}
    is_known = bool(held) and None not in held and "" not in tables
    parents = {table_name(model.cls), *(key.table for key in foreign_keys(model))}
    return is_known and parents.isdisjoint(tables)
