"""Dictionaries and lists of JSON columns that are changed in place, unseen by SQLAlchemy."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import Dependency, endpoints
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, models
from fastapi_pro.auditing.libraries.sqlalchemy_rows import is_new, row_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import reached

_JSON = {
    "sqlalchemy.JSON", "sqlalchemy.ARRAY", "sqlalchemy.PickleType",
    "sqlalchemy.dialects.postgresql.JSONB", "sqlalchemy.dialects.postgresql.JSON",
    "sqlalchemy.dialects.postgresql.ARRAY", "sqlalchemy.dialects.sqlite.JSON",
    "sqlalchemy.dialects.mysql.JSON",
}  # fmt: skip
_CHANGES = {
    "append", "extend", "insert", "update", "pop", "popitem", "setdefault", "remove", "clear",
    "sort", "reverse",
}  # fmt: skip
_STORES = {"commit", "flush", "add", "add_all", "merge"}
_WRITING = {"post", "put", "patch", "delete"}


@dataclass(frozen=True, eq=False)
class _Change:
    """A place where what a column holds is changed: the row, and how deep it lies."""

    node: Node
    row: Node
    column: Column
    is_deep: bool


def detect(program: Program) -> Iterator[Hit]:
    """Yield the changes of JSON columns that are never stored."""
    names = {column.name for column in _json_columns(program)}
    if not names or any(program.calls_named("associate_with")):
        return
    for change in _changes(program, names):
        if not _is_stored(change) and _is_meant_to_be(change):
            column = change.column
            level = " below its first level" if change.is_deep and _is_mutable(column) else ""
            yield change.node.hit(
                f"`{change.row.text}.{column.name}` is changed in place{level}: SQLAlchemy does not"
                f" see the change, and never stores it in `{column.full_name}`",
                fix="Assign a new value, or `flag_modified`" if level else "",
            )


@fact
def _json_columns(program: Program) -> dict[Column, bool]:
    """Return the columns of JSON, arrays and pickles, and whether they see changes."""
    found: dict[Column, bool] = {}
    for model in models(program).values():
        for column in model.columns.values():
            kinds = list(_kinds(column))
            if any(kind.library_name in _JSON or kind.called in _JSON for kind in kinds):
                found[column] = False
            elif any(kind.member == "as_mutable" for kind in kinds):
                found[column] = True
    return found


def _kinds(column: Column) -> Iterator[Node]:
    """Yield what may be the type in the options of a column."""
    inner = column.options.keyword("sa_column").value
    for options in (column.options, inner):
        for given in [*options.args[:2], options.keyword("type_"), options.keyword("sa_type")]:
            kind = given.value if given.name else given
            while kind.member == "with_variant":
                kind = kind.owner
            yield kind or given


def _is_mutable(column: Column) -> bool:
    return _json_columns(column.node.program)[column]


def _changes(program: Program, names: set[str]) -> Iterator[_Change]:
    """Yield the items set and deleted, and the methods called, of rows' columns."""
    for attribute in program.attributes(*sorted(names)):
        if not attribute.function or attribute.module.is_tool:
            continue
        if isinstance(attribute.parent.ast, ast.AugAssign) and attribute.is_target:
            column = _column(attribute)
            if column is not None and not _is_mutable(column):
                yield _Change(attribute.parent, attribute.owner, column, is_deep=False)
        elif attribute.is_read:
            for held in (attribute, *_named(attribute)):
                depth, node = _changed(held)
                column = _column(attribute) if node else None
                is_deep = depth > 1
                if column is not None and (is_deep or not _is_mutable(column)):
                    yield _Change(node, attribute.owner, column, is_deep)


def _column(attribute: Node) -> Column | None:
    """Return the column that an attribute reads from a row that was loaded."""
    model = row_of(attribute.owner)
    column = model.columns.get(attribute.member) if model else None
    is_known = column in _json_columns(attribute.program)
    return column if is_known and _is_loaded(attribute.owner) else None


def _is_loaded(row: Node, depth: int = 0) -> bool:
    """Say whether a row was not made here, nor by who hands it over."""
    found = row.value
    if is_new(row) or depth > limits.CALLS:
        return False
    if not isinstance(found.ast, ast.arg) or row.name == "self":
        return True
    return all(_is_loaded(found.passed(call), depth + 1) for call in found.function.callers)


def _named(attribute: Node) -> Iterator[Node]:
    """Yield the uses of a variable that is the column's value itself: `x = row.data or {}`."""
    holder = attribute.parent
    if isinstance(holder.ast, ast.BoolOp) and holder.operands[0] == attribute:
        attribute, holder = holder, holder.parent
    match holder.ast:
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if value is attribute.ast:
            for use in attribute.function.own(ast.Name):
                is_use = use.name == name and use.is_read
                if is_use and (bound := use.bound) and bound.node is attribute.ast:
                    yield use


def _changed(held: Node) -> tuple[int, Node]:
    """Return how deep below a value something is changed, and where; nothing if it is read."""
    depth, node = 0, held
    while isinstance(node.parent.ast, ast.Subscript) and node.parent.generic == node:
        depth, node = depth + 1, node.parent
        if not node.is_read:
            return depth, node.statement
    call = node.parent.parent
    is_called = call.is_call and call.func == node.parent and node.parent.owner == node
    return (depth + 1, call) if is_called and call.member in _CHANGES else (0, held.at(None))


def _is_stored(change: _Change) -> bool:
    """Say whether its function marks the column, or assigns it a value of its own."""
    function, column = change.node.function, change.column.name
    if any(call.last_name == "flag_modified" for call in function.calls):
        return True
    for statement in function.own(ast.Assign, ast.AnnAssign):
        for target in statement.targets:
            is_column = target.member == column and target.owner.dotted == change.row.dotted
            if is_column and not _is_same(statement, change) and _is_sure(statement, change):
                return True
    return any(column in call.keywords for call in function.calls if call.member == "values")


def _is_same(assignment: Node, change: _Change) -> bool:
    """Say whether an assignment gives a column what it holds already."""
    value = assignment.assigned
    text = f"{change.row.dotted}.{change.column.name}"
    if value.dotted == text:
        return True
    held = value.value if value.name else value
    first = held.operands[0] if isinstance(held.ast, ast.BoolOp) else held
    return first.dotted == text


def _is_sure(assignment: Node, change: _Change) -> bool:
    """Say whether each run that changes the value assigns it; `if not row.data:` is not each."""
    for above in assignment.ancestors:
        if isinstance(above.ast, ast.If) and not above.holds(change.node):
            return change.column.name not in above.test.text
    return True


def _is_meant_to_be(change: _Change) -> bool:
    """Say whether a change is to be stored, and is not for the answer or a copy alone.

    Its function commits or flushes afterwards, or the one that hands it the row does, or an
    endpoint whose session commits by itself.
    """
    function = change.node.function
    if _is_handed_on(change):
        return False
    if _stores(function, change.node):
        return True
    parameter = change.row.value
    is_given = change.row.name == "self" or isinstance(parameter.ast, ast.arg)
    callers = function.callers if is_given else ()
    return any(_stores(call.function, call) for call in callers if call.function)


def _is_handed_on(change: _Change) -> bool:
    """Say whether a function of the program, or `**`, gets what the column holds afterwards."""
    text = f"{change.row.dotted}.{change.column.name}"
    later = (c for c in change.node.function.calls if c.position > change.node.position)
    return any(
        text in [value.dotted for value in [*call.unpacked, *(call.given if call.callee else ())]]
        for call in later
    )


def _stores(function: Node, change: Node) -> bool:
    """Say whether a function stores something after a change, or its session does."""
    if function in _writers(function.program):
        return True
    later = (call for call in function.calls if call.position > change.position)
    return any(call.member in _STORES and _is_of_session(call) for call in later)


def _is_of_session(call: Node) -> bool:
    """Say whether a method is a session's, or that of a unit of work or repository of one."""
    inner = call.callee.calls if call.member in ("commit", "flush") else []
    return is_session(call.owner) or any(is_session(one.owner) for one in inner)


@fact
def _writers(program: Program) -> set[Node]:
    """Return what runs only for endpoints that change something by a session that commits."""
    writing, others = [], []
    for endpoint in endpoints(program):
        writes = endpoint.method in _WRITING and any(map(_commits, endpoint.dependencies))
        (writing if writes else others).append(endpoint.function)
    return reached(writing) - reached(others)


def _commits(dependency: Dependency) -> bool:
    """Say whether a dependency commits what was done with its session."""
    return any(call.member in ("commit", "begin") for call in dependency.target.calls)
