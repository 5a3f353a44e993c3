"""Rows that a function turns into dictionaries or responses itself, with all of their columns."""

import ast

from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    Model,
    model_named,
    model_of,
    model_selected,
    models,
)
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node

ENCODER = "fastapi.encoders.jsonable_encoder"
_COLUMNS = ("columns", "c", "column_attrs")
_ROWS = ("all", "fetchall", "first", "mappings", "one", "one_or_none", "unique")


def dumped(expr: Node, depth: int = 0) -> Model | None:
    """Return the model if an expression is a dictionary of all its columns, or a list of those.

    Names and functions of the program are followed.
    """
    value = expr.awaited.value.awaited
    if depth > limits.CALLS:
        return None
    match value.ast:
        case ast.DictComp(generators=[loop]):
            return _of_comprehension(value, loop)
        case ast.ListComp(elt=inner) | ast.GeneratorExp(elt=inner) | ast.List(elts=[inner, *_]):
            return dumped(value.at(inner), depth + 1)
        case ast.Dict():
            found = (dumped(part, depth + 1) for _, part in value.entries)
            return next(filter(None, found), None)
        case ast.Call():
            return _of_call(value, depth)
    return None


def _of_call(call: Node, depth: int) -> Model | None:
    if call.member == "_asdict" and not call.callee:
        return _selected(call.owner)
    if call.called == "builtins.dict" and call.args:
        row = call.args[0]
        return _selected(row.owner if row.member == "_mapping" else row, is_mapping=not row.member)
    if call.called == "builtins.list" and call.args:
        return dumped(call.args[0], depth + 1)
    values = call.callee.returned
    found = dumped(values[0], depth + 1) if len(values) == 1 else None
    own = models(call.program).get(call.owner.type_class) if found is None else None
    # of `self` a base class does not know what it is
    is_own = own is not None and len(values) == 1 and _dumps_self(values[0])
    return own if is_own else found


def _of_comprehension(made: Node, loop: ast.comprehension) -> Model | None:
    """Return the model of `{c.name: getattr(user, c.name) for c in User.__table__.columns}`."""
    source = made.at(loop.iter)
    if loop.ifs and not all("startswith" in made.at(test).text for test in loop.ifs):
        return None
    table = _table(source)
    if not table:
        return None
    of_self = models(made.program).get(made.enclosing_class) if table.name == "self" else None
    return of_self or model_named(table) or model_of(table)


def _dumps_self(value: Node) -> bool:
    match value.ast:
        case ast.DictComp(generators=[loop]):
            return not loop.ifs and _table(value.at(loop.iter)).name == "self"
    return False


def _table(source: Node) -> Node:
    """Return the `x` of `x.__table__.columns`, `x.__dict__.items()`, `inspect(x).mapper.c`."""
    names = []
    found = source
    while found.owner:
        names.append(found.member)
        found = found.owner
    if "__dict__" in names or ("__table__" in names and names[0] in _COLUMNS):
        return found
    if names and names[0] in _COLUMNS and found.called == "sqlalchemy.inspect" and found.args:
        return found.args[0]
    return source.at(None)


def _selected(row: Node, *, is_mapping: bool = False) -> Model | None:
    """Return the model of a row, if its statement selects the whole model."""
    names: set[str] = set()
    bound = row.bound
    found = row.at(bound.node) if bound is not None and bound.kind == "for" else row
    for _ in range(limits.NAMES):
        call = found.awaited.value.awaited
        if not call.is_call or not call.owner:
            return None
        if call.member == "execute" and is_session(call.owner):
            is_read = not is_mapping or "mappings" in names
            return model_selected(call.argument(0, "statement")) if is_read else None
        if call.member not in _ROWS:
            return None
        names.add(call.member)
        found = call.owner
    return None
