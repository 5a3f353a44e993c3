"""Rows that a function turns into dictionaries or responses itself, with all of their columns."""

import ast
from dataclasses import dataclass, replace

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


@dataclass(frozen=True)
class Dump:
    """A dictionary of all columns of a model.

    `is_part` says that the answer has more than these columns, or other values for some. `added`
    are the keys beside them that are no columns.
    """

    model: Model
    is_part: bool = False
    added: tuple[str, ...] = ()


def dumped(expr: Node, depth: int = 0, call: Node | None = None) -> Dump | None:
    """Return the model if an expression is a dictionary of all its columns, or a list of those.

    Names and functions of the program are followed. `call` is the call whose value it is.
    """
    value = expr.awaited.value.awaited
    if depth > limits.CALLS:
        return None
    found: Dump | None = None
    match value.ast:
        case ast.DictComp(generators=[loop]):
            model = _of_comprehension(value, loop)
            found = Dump(model) if model else None
        case ast.ListComp(generators=[loop, *_]) if call and _is_empty(value.at(loop.iter), call):
            return None
        case ast.ListComp(elt=inner) | ast.GeneratorExp(elt=inner) | ast.List(elts=[inner, *_]):
            found = dumped(value.at(inner), depth + 1, call)
        case ast.Dict():
            found = _of_parts(value.entries, depth, call)
        case ast.BinOp(op=ast.BitOr()):
            merged = [(value.at(None), part) for part in value.operands]
            found = _of_parts(merged, depth, call)
        case ast.Call():
            found = _of_call(value, depth)
    return _changed(found, expr) if found and value != expr else found


def _of_parts(parts: list[tuple[Node, Node]], depth: int, call: Node | None) -> Dump | None:
    """Return what a dictionary has of a row: it is merged into it, or the value of one key."""
    for key, part in parts:
        if found := dumped(part, depth + 1, call):
            if key:
                return Dump(found.model, is_part=True)
            others = [*parts, *(pair for _, merged in parts for pair in merged.entries)]
            added = _with(found, [other.constant for other, _ in others if other])
            return replace(added, is_part=found.is_part or len(parts) > 1)
    return None


def _changed(found: Dump, variable: Node) -> Dump | None:
    """Return what is left of a dictionary after its function changed it; None without a column."""
    keys: list[object] = []
    removed: list[object] = []
    for item in variable.function.own(ast.Subscript) if variable.name else ():
        if item.generic.name == variable.name and isinstance(item.ast, ast.Subscript):
            is_set = isinstance(item.ast.ctx, ast.Store)
            keys += [item.index.constant] if is_set else []
            removed += [item.index.constant] if isinstance(item.ast.ctx, ast.Del) else []
    for call in variable.function.calls if variable.name else ():
        if call.owner.name == variable.name and call.args and call.member in ("pop", "setdefault"):
            (removed if call.member == "pop" else keys).append(call.args[0].constant)
        elif call.owner.name == variable.name and call.member == "update":
            keys += [*call.keywords, *(k.constant for arg in call.args for k, _ in arg.entries)]
    is_narrowed = not found.model.columns.keys().isdisjoint(map(str, removed))
    return None if is_narrowed else _with(found, keys)


def _with(found: Dump, keys: list[object]) -> Dump:
    names = (key for key in keys if isinstance(key, str) and key not in found.model.columns)
    added = tuple(dict.fromkeys((*found.added, *names)))
    return Dump(found.model, found.is_part or bool(keys), added)


def _is_empty(items: Node, call: Node) -> bool:
    """Say whether what is looped over is a parameter that this call leaves empty."""
    parts = items.operands if isinstance(items.ast, ast.BoolOp) else [items]
    return not call.has_unpacking and all(_is_nothing(part, call) for part in parts)


def _is_nothing(value: Node, call: Node) -> bool:
    bound = value.bound
    if bound is not None and bound.kind == "param":
        parameter = value.at(bound.node)
        value = parameter.passed(call) or parameter.default
    is_list = isinstance(value.ast, (ast.List, ast.Tuple))
    return value.is_none or (is_list and not value.elements)


def _of_call(call: Node, depth: int) -> Dump | None:
    model: Model | None = None
    if call.member == "_asdict" and not call.callee:
        model = _selected(call.owner)
    elif call.called == "builtins.dict" and call.args:
        row = call.args[0]
        row, is_mapping = (row.owner, False) if row.member == "_mapping" else (row, not row.member)
        model = _selected(row, is_mapping=is_mapping)
    elif call.called == "builtins.list" and call.args:
        return dumped(call.args[0], depth + 1)
    else:
        values = call.callee.returned
        if len(values) == 1 and (found := dumped(values[0], depth + 1, call)):
            return found
        # of `self` a base class does not know what it is
        is_own = len(values) == 1 and _dumps_self(values[0])
        model = models(call.program).get(call.owner.type_class) if is_own else None
    return Dump(model) if model else None


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
