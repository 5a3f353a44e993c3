"""Rows that requests look up by a foreign key which no index has."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.call_chains import chained, whole
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.foreign_keys import foreign_keys, table_name
from fastapi_pro.auditing.libraries.growing_tables import created
from fastapi_pro.auditing.libraries.known_types import selected
from fastapi_pro.auditing.libraries.sqlalchemy_engines import database
from fastapi_pro.auditing.libraries.sqlalchemy_indexes import indexed
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    Column,
    Model,
    Relationship,
    column_named,
    model_named,
    models,
)
from fastapi_pro.auditing.libraries.sqlalchemy_rows import is_new, row_of

_CONDITIONS = ("filter", "filter_by", "where")
_FEW_VALUES = re.compile(
    r"^roles?$|(^|_)(status(es)?|(type|kind|level|gender|language|locale)s?)$"
    r"|(^|_)(currenc|countr|priorit)(y|ies)$",
    re.IGNORECASE,
)
"""Tables of few rows: a key to one has few values, and each finds a large part of the table."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield the foreign keys of growing tables by which requests look up rows, without an index."""
    if database(program) != "PostgreSQL" or not _bare_keys(program):
        return
    found: dict[Column, Node] = {}
    for call in program.calls_named(*_CONDITIONS):
        if call.function in request_functions(program) and not call.module.is_tool:
            for column in _looked_up_by(call):
                found.setdefault(column, call.function)
    for column, function in _of_collections(program):
        found.setdefault(column, function)
    for column, function in found.items():
        yield column.node.hit(
            f"`{column.full_name}` is a foreign key without an index, and `{function.name}` looks"
            " up rows by it: PostgreSQL reads the whole table",
            cause="foreign keys without an index",
        )


def _of_collections(program: Program) -> Iterator[tuple[Column, Node]]:
    """Yield the bare keys by which `user.orders` is loaded, with the function that reads it."""
    for model in models(program).values():
        for relationship in model.relationships.values():
            column = _key_of(relationship, model)
            for named in program.naming(relationship.name) if column else ():
                if column and named.function in request_functions(program) and named.owner:
                    is_of_row = row_of(named.owner) is model and not is_new(named.owner)
                    if is_of_row or model_named(named.owner) is model:
                        yield column, named.function


def _key_of(relationship: Relationship, parent: Model) -> Column | None:
    """Return the bare key by which a relationship finds the rows of another table."""
    child = models(parent.cls.program).get(relationship.target)
    table = table_name(parent.cls)
    keys = [key.column for key in foreign_keys(child) if key.table == table] if child else []
    bare = _bare_keys(parent.cls.program)
    return keys[0] if len(keys) == 1 and keys[0] in bare and child is not parent else None


@fact
def _bare_keys(program: Program) -> set[Column]:
    """Return the foreign keys of growing tables that no index and no constraint begins with."""
    keys = {cls: set(_bare(model)) for cls, model in models(program).items()}
    if not any(keys.values()):
        return set()
    return {column for cls in created(program) for column in keys[cls]}


def _bare(model: Model) -> Iterator[Column]:
    columns = (key.column for key in foreign_keys(model) if not _FEW_VALUES.search(key.table))
    return (column for column in columns if column.name not in indexed(model))


def _looked_up_by(condition: Node) -> set[Column]:
    """Return the bare keys that must have a value; nothing where an index may find the rows."""
    compared = {c for call in chained(whole(condition)) for c in _compared(call)}
    bare = compared & _bare_keys(condition.program)
    by_index = (c for c in compared - bare if _has_index(c, condition.program))
    owners = {column.owner for column in by_index}
    return {column for column in bare if column.owner not in owners}


def _has_index(column: Column, program: Program) -> bool:
    tables = (model for model in models(program).values() if model.name == column.owner)
    return any(column.name in indexed(table) for table in tables)


def _compared(call: Node) -> Iterator[Column]:
    """Yield the columns that a condition wants to be equal to a value."""
    if call.member == "filter_by":
        model = models(call.program).get(selected(call.owner))
        yield from (model.columns[key] for key in call.keywords if model and key in model.columns)
    for condition in call.args if call.member in ("filter", "where") else ():
        if condition.is_call:
            continue  # `or_` may want something else
        for compare in condition.walk(ast.Compare):
            columns = [column_named(one) for one in compare.operands]
            is_equal = len(columns) == 2 and isinstance(compare.ast.ops[0], ast.Eq)  # type: ignore[attr-defined]
            if is_equal and columns.count(None) == 1:  # else it is the condition of a join
                yield from (column for column in columns if column is not None)
