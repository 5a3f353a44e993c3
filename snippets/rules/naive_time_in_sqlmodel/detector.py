"""Times without a zone for the columns of SQLModel."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    Column,
    column_named,
    model_named,
    model_of,
    models,
)

_NOW = ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today")
_TYPES = {"datetime.datetime", "pydantic.AwareDatetime"}
_OWN_TYPES = ("sa_type", "sa_column")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the defaults of columns that are naive, and naive times that columns are given."""
    columns = {column.node: column for column in _columns(program)}
    for column in columns.values():
        for default in _defaults(column.options):
            if _makes_naive(default):
                yield default.hit(_message(column, default.text))
    for call in program.calls_of(*_NOW) if columns else ():
        column = _given_to(call) if _is_naive(call) else None
        if column is not None and column.node in columns:
            yield call.hit(_message(column, call.text), fix="`datetime.now(UTC)`")


def _message(column: Column, text: str) -> str:
    return (
        f"`{text}` has no time zone, and `{column.full_name}` refuses such times: the statement"
        " fails, and the client gets a 500"
    )


def _columns(program: Program) -> Iterator[Column]:
    """Yield the columns of SQLModel for which it chooses the type."""
    for model in models(program).values():
        if "sqlmodel.SQLModel" in model.cls.bases:
            for column in model.columns.values():
                has_own = any(column.options.keyword(name) for name in _OWN_TYPES)
                if column.type in _TYPES and not has_own and not column.options.has_unpacking:
                    yield column


def _defaults(options: Node) -> Iterator[Node]:
    """Yield what a column is given where nobody gives it a value: a time, or what makes it."""
    of_column = {str(k.literal): v for k, v in options.keyword("sa_column_kwargs").entries}
    yield from filter(None, (options.argument(0, "default"), options.keyword("default_factory")))
    yield from (value for key, value in of_column.items() if key in ("default", "onupdate"))


def _makes_naive(default: Node) -> bool:
    """Say whether it is a naive time, or a library's function, a lambda, one of the program."""
    if default.library_name in _NOW or _is_naive(default):
        return True
    if isinstance(default.ast, ast.Lambda):
        return _is_naive(default.at(default.ast.body))
    returned = default.definition.returned
    return bool(returned) and all(map(_is_naive, returned))


def _is_naive(expr: Node) -> bool:
    call = expr.value
    return call.called in _NOW and not call.argument(0, "tz") and not call.has_unpacking


def _given_to(time: Node) -> Column | None:
    """Return the column that a time is assigned to, compared with, or given by its name."""
    above = time.parent
    match above.ast:
        case ast.Assign(targets=[ast.Attribute()]):
            target = above.targets[0]
            model = model_of(target.owner)
            return model.columns.get(target.member) if model else None
        case ast.keyword(arg=str(name)):
            model = model_named(above.parent.func)
            return model.columns.get(name) if model else None
        case ast.Compare():
            return next(filter(None, map(column_named, above.operands)), None)
        case ast.BinOp(op=ast.Add() | ast.Sub()):
            return _given_to(above)
    return None
