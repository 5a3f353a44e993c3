"""Rows that a transaction locks one after the other, in the order in which a client names them."""

import ast
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.call_chains import chained, whole
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.rare_work import is_rare
from fastapi_pro.auditing.libraries.request_objects import is_brought
from fastapi_pro.auditing.libraries.sqlalchemy_engines import database
from fastapi_pro.auditing.libraries.sqlalchemy_models import column_named, model_named
from fastapi_pro.auditing.libraries.sqlalchemy_rows import row_of, rows_of
from fastapi_pro.auditing.libraries.stores import sql_of
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.flow import reaches

_RETRIED = ("40P01", "DeadlockDetected", "ER_LOCK_DEADLOCK")
_RETRIES = re.compile(r"retry|retries|backoff|tenacity|attempt", re.IGNORECASE)
_SQL_LOCK = re.compile(r"\bfor\s+(no\s+key\s+)?update\s*;?\s*$|^\s*update\b", re.IGNORECASE)
_SQL_TABLE = re.compile(r"\b(?:from|update)\s+[\"`]?(\w+)", re.IGNORECASE)
_SQL_KEY = re.compile(r"\bwhere\s+(?:\w+\.)?id\s*=\s*(?:\$(\d+)|:(\w+))", re.IGNORECASE)
_LOCKED = "with_for_update"
_ENDS = {"begin", "begin_nested", "commit", "rollback", "transaction"}
_ORDERS = {"builtins.sorted", "builtins.min", "builtins.max", "builtins.range"}
_IN_LOOP = "Lock them in one order: `for ... in sorted(...)`; run it again on SQLSTATE 40P01"
_OF_TWO = "Lock the smaller id first, or both by one `order_by(...).with_for_update()`"


@dataclass(frozen=True, slots=True)
class _Lock:
    """The row that a call locks until the transaction ends: its table, and the key."""

    table: str
    key: Node


def detect(program: Program) -> Iterator[Hit]:
    """Yield what locks rows in an order that the request gives, and never runs again."""
    is_asked = program.saying(_LOCKED, "update(", "UPDATE") and not program.saying(*_RETRIED)
    if not is_asked or database(program) == "SQLite":
        return
    for function in sorted(request_functions(program), key=lambda f: f.place):
        if not function.module.is_tool and not _is_retried(function):
            yield from _of_loops(function)
            yield from _of_two(function)


def _is_retried(function: Node, depth: int = 0) -> bool:
    """Say whether something runs a function again, or somebody has thought of deadlocks."""
    named = [function.name, *(d.last_name or d.func.last_name for d in function.decorators)]
    if any(map(_RETRIES.search, named)) or function.module.says("deadlock", "Deadlock"):
        return True
    around = {call.function for call in function.callers if call.function}
    return depth < limits.CALLS and bool(around) and all(_is_retried(f, depth + 1) for f in around)


def _of_loops(function: Node) -> Iterator[Hit]:
    """Yield the loops over what a request names, each round of which locks a row."""
    for loop in function.own(ast.For):
        names = loop.at(loop.ast.iter)  # type: ignore[attr-defined]
        if not _is_in_any_order(names):
            continue
        calls = [call for call in function.calls if loop.holds(call)]
        if any(call.member in _ENDS for call in calls):
            continue
        variables = {name.name for name in loop.at(loop.ast.target).walk(ast.Name)}  # type: ignore[attr-defined]
        lock = next((k for k in map(_lock, calls) if k and _names(k.key) & variables), None)
        if lock:
            yield loop.hit(
                f"`{function.name}` locks rows of `{lock.table}` in the order of `{names.text}`:"
                " two requests for the same rows in another order wait for each other, and the"
                " database ends one of them: a 500",
                severity="low" if is_rare(function) else "",
                fix=_IN_LOOP,
            )


def _of_two(function: Node) -> Iterator[Hit]:
    """Yield the second of two rows of one table that a function locks, if a request names both."""
    locks = [(call, lock) for call in function.calls if (lock := _lock(call))]
    for (first, one), (second, other) in itertools.combinations(locks, 2):
        is_pair = one.table == other.table and _are_named_apart(one.key, other.key)
        if is_pair and reaches(first, second) and not _is_between(function, first, second):
            yield _hit_of_two(second, one, other)
            return


def _hit_of_two(second: Node, one: _Lock, other: _Lock) -> Hit:
    function, first_key, second_key = second.function, one.key.text, other.key.text
    return second.hit(
        f"`{function.name}` locks the row of `{one.table}` that `{first_key}` names, then that of"
        f" `{second_key}`: when another request names them the other way round, each waits for the"
        " other, and the database ends one of them: a 500",
        severity="low" if is_rare(function) else "",
        fix=_OF_TWO,
    )


def _are_named_apart(one: Node, other: Node) -> bool:
    """Say whether a request names two keys, and no comparison puts them in an order."""
    if one.text == other.text or not (is_brought(one) and is_brought(other)):
        return False
    both = (_names(one) | {one.member}) - {""}, (_names(other) | {other.member}) - {""}
    tests = [test for test in one.function.own(ast.Compare) if _orders(test)]
    return not any(
        {n.last_name for n in test.walk(ast.Name, ast.Attribute)} & names
        for test in tests
        for names in both
    )


def _orders(test: Node) -> bool:
    return isinstance(test.ast.ops[0], (ast.Lt, ast.LtE, ast.Gt, ast.GtE))  # type: ignore[attr-defined]


def _is_between(function: Node, first: Node, second: Node) -> bool:
    """Say whether a transaction ends between two calls."""
    ends = (call for call in function.calls if call.member in _ENDS)
    return any(first.position < end.position < second.position for end in ends)


def _is_in_any_order(names: Node) -> bool:
    """Say whether a loop is over what a request names, or over rows that no query sorts."""
    value = names.value if names.name else names
    if any(call.called in _ORDERS or call.member == "sort" for call in _calls_on(names, value)):
        return False
    if model := row_of(names.owner):
        relationship = model.relationships.get(names.member)
        return relationship is not None and not relationship.node.assigned.keyword("order_by")
    if rows_of(names):
        return all(call.member != "order_by" for call in chained(names))
    return is_brought(names)


def _calls_on(names: Node, value: Node) -> list[Node]:
    """Return the calls that make what a loop is over, and those on its variable."""
    made = [*value.walk(ast.Call), *names.walk(ast.Call)]
    return made + [
        c for c in names.function.calls if c.owner.dotted and c.owner.dotted == names.dotted
    ]


def _names(key: Node) -> set[str]:
    return {name.name for name in key.walk(ast.Name)}


def _lock(call: Node, depth: int = 0) -> _Lock | None:
    """Return the one row that a call locks, itself or by the function that it calls."""
    if call.member in ("get", "get_one") and _is_locking(call.keyword(_LOCKED)):
        model = model_named(call.argument(0, "entity"))
        return _Lock(model.name, call.argument(1, "ident")) if model else None
    if call.member == _LOCKED or call.called in ("sqlalchemy.update", "sqlmodel.update"):
        return _of_statement(call)
    if text := sql_of(call):
        return _of_sql(call, text)
    if call.callee and depth < limits.CALLS:
        return _of_function(call, depth)
    return None


def _of_sql(call: Node, text: str) -> _Lock | None:
    """Return the row of `UPDATE accounts SET ... WHERE id = $2`, or of `... FOR UPDATE`."""
    table, key = _SQL_TABLE.search(text), _SQL_KEY.search(text)
    if not (_SQL_LOCK.search(text) and table and key):
        return None
    place, name = key.groups()
    given = call.args[1:]
    if place:
        found = given[int(place) - 1] if int(place) <= len(given) else call.at(None)
    else:
        found = given[0].value.entry(name) if given else call.at(None)
    return _Lock(table.group(1), found) if found else None


def _is_locking(option: Node) -> bool:
    return bool(option) and not option.is_none and option.literal is not False


def _of_statement(call: Node) -> _Lock | None:
    """Return the row of `select(Account).where(Account.id == key).with_for_update()`."""
    calls = [*chained(whole(call))]
    if any(one.member in ("order_by", "in_") for one in calls) or call.keyword("skip_locked"):
        return None
    keys = [key for one in calls for key in _compared(one)]
    return keys[0] if len(keys) == 1 else None


def _compared(call: Node) -> Iterator[_Lock]:
    """Yield what the conditions of a statement compare a primary key with."""
    for test in call.args if call.member in ("where", "filter") else ():
        column = column_named(test.operands[0]) if len(test.operands) == 2 else None
        if column and column.flag("primary_key") and isinstance(test.ast.ops[0], ast.Eq):  # type: ignore[attr-defined]
            yield _Lock(column.owner, test.operands[1])


def _of_function(call: Node, depth: int) -> _Lock | None:
    """Return the row that a function locks, if it locks one, and a parameter is its key."""
    inner = [lock for one in call.callee.calls if (lock := _lock(one, depth + 1))]
    if len(inner) != 1:
        return None
    parameter = inner[0].key.definition
    given = parameter.passed(call) if parameter in call.callee.parameters else call.at(None)
    return _Lock(inner[0].table, given) if given else None
