"""Rows that a transaction locks one after the other, in the order in which a client names them."""

import ast
import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.call_chains import chained, whole
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.rare_work import is_rare
from fastapi_pro.auditing.libraries.request_objects import is_brought
from fastapi_pro.auditing.libraries.row_locks import FOR_UPDATE
from fastapi_pro.auditing.libraries.sqlalchemy_engines import database
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    column_named,
    model_named,
    model_selected,
)
from fastapi_pro.auditing.libraries.sqlalchemy_rows import row_of, rows_of
from fastapi_pro.auditing.libraries.stores import RUNS, sql_of
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.bindings import FUNCTIONS
from fastapi_pro.auditing.model.flow import reaches

_RETRIED = ("40P01", "DeadlockDetected", "ER_LOCK_DEADLOCK")
_RETRIES = re.compile(r"retry|retries|backoff|tenacity|attempt", re.IGNORECASE)
_SQL_LOCK = re.compile(r"\bfor\s+(no\s+key\s+)?update\s*;?\s*$|^\s*update\b", re.IGNORECASE)
_SQL_TABLE = re.compile(r"\b(?:from|update)\s+[\"`]?(\w+)", re.IGNORECASE)
_SQL_KEY = re.compile(r"\bwhere\s+(?:\w+\.)?id\s*=\s*(?:\$(\d+)|:(\w+))", re.IGNORECASE)
_DEPTH = 3  # functions through which a key is passed
_ENDS = {"begin", "begin_nested", "commit", "rollback", "transaction"}
_ORDERS = {"builtins.sorted", "builtins.min", "builtins.max", "builtins.range"}
_IN_LOOP = "Lock them in one order: `for ... in sorted(...)`; run it again on SQLSTATE 40P01"
_OF_TWO = "Lock the smaller id first, or both by one `order_by(...).with_for_update()`"


@dataclass(frozen=True, slots=True)
class _Lock:
    """The row that a call locks until the transaction ends: its table, and the key."""

    call: Node
    table: str
    key: Node


def detect(program: Program) -> Iterator[Hit]:
    """Yield what locks rows in an order that the request gives, and never runs again."""
    if program.saying(*_RETRIED) or database(program) == "SQLite":
        return
    locking = _locking(program)
    serving = request_functions(program) if locking else ()
    for function in sorted(locking, key=lambda f: f.place):
        if function in serving and not function.module.is_tool and not _is_retried(function):
            locks = sorted(locking[function], key=lambda lock: lock.call.position)
            yield from _of_loops(locks)
            yield from _of_two(locks)


def _locking(program: Program) -> dict[Node, list[_Lock]]:
    """Return the functions that lock rows, each lock itself or by a function that it calls."""
    found: dict[Node, list[_Lock]] = defaultdict(list)
    waiting = [*_written(program)]
    for _ in range(_DEPTH):
        for lock in waiting:
            found[lock.call.function].append(lock)
        waiting = [passed for lock in waiting for passed in _passed(lock, found)]
    return found


def _written(program: Program) -> Iterator[_Lock]:
    """Yield the locks of single rows that statements, `get` and SQL in a text take."""
    reads = ("get", "get_one") if program.saying(FOR_UPDATE) else ()
    sends = RUNS if program.saying("UPDATE", "update") else ()
    changes = program.calls_of("sqlalchemy.update")
    yield from filter(None, map(_of_get, program.calls_named(*reads)))
    yield from filter(None, map(_of_statement, (*program.calls_named(FOR_UPDATE), *changes)))
    yield from filter(None, map(_of_sql, program.calls_named(*sends)))


def _passed(lock: _Lock, found: Mapping[Node, list[_Lock]]) -> Iterator[_Lock]:
    """Yield a lock once more for each call of its function, which gives it the key."""
    function, parameter = lock.call.function, lock.key.definition
    if len(found[function]) == 1 and parameter in function.parameters:
        for call in function.callers:
            if call.function and (given := parameter.passed(call)):
                yield _Lock(call, lock.table, given)


def _is_retried(function: Node, depth: int = 0) -> bool:
    """Say whether something runs a function again, or somebody has thought of deadlocks."""
    named = [function.name, *(d.last_name or d.func.last_name for d in function.decorators)]
    if any(map(_RETRIES.search, named)) or function.module.says("deadlock", "Deadlock"):
        return True
    around = {call.function for call in function.callers if call.function}
    return depth < limits.CALLS and bool(around) and all(_is_retried(f, depth + 1) for f in around)


def _of_loops(locks: Sequence[_Lock]) -> Iterator[Hit]:
    """Yield the loops over what a request names, each round of which locks a row."""
    for lock in locks:
        loops = (
            above for above in lock.call.ancestors if isinstance(above.ast, (*FUNCTIONS, ast.For))
        )
        loop = next(loops, lock.call.at(None))
        if not isinstance(loop.ast, ast.For) or not _locks_each(loop, lock.key):
            continue
        function, names = loop.function, loop.at(loop.ast.iter)
        if _is_in_any_order(names):
            yield loop.hit(
                f"`{function.name}` locks rows of `{lock.table}` in the order of `{names.text}`:"
                " two requests for the same rows in another order wait for each other, and the"
                " database ends one of them: a 500",
                severity="low" if is_rare(function) else "",
                fix=_IN_LOOP,
            )
            return


def _locks_each(loop: Node, key: Node) -> bool:
    """Say whether the rounds of a loop lock a row each, in one transaction."""
    variables = _names(loop.at(loop.ast.target))  # type: ignore[attr-defined]
    ends = (call for call in loop.function.calls if call.member in _ENDS)
    return bool((_names(key) | _names(key.value)) & variables) and not any(map(loop.holds, ends))


def _of_two(locks: Sequence[_Lock]) -> Iterator[Hit]:
    """Yield the second of two rows of one table that a function locks, if a request names both."""
    for one, other in itertools.combinations(locks, 2):
        is_pair = one.table == other.table and _are_named_apart(one.key, other.key)
        if is_pair and reaches(one.call, other.call) and not _is_between(one.call, other.call):
            yield _hit_of_two(one, other)
            return


def _hit_of_two(one: _Lock, other: _Lock) -> Hit:
    function, first_key, second_key = other.call.function, one.key.text, other.key.text
    return other.call.hit(
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


def _is_between(first: Node, second: Node) -> bool:
    """Say whether a transaction ends between two calls."""
    ends = (call for call in first.function.calls if call.member in _ENDS)
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


def _of_get(call: Node) -> _Lock | None:
    """Return the row of `session.get(Account, key, with_for_update=True)`."""
    option = call.keyword(FOR_UPDATE)
    if not option or option.is_none or option.literal is False:
        return None
    model = model_named(call.argument(0, "entity"))
    return _Lock(call, model.name, call.argument(1, "ident")) if model else None


def _of_sql(call: Node) -> _Lock | None:
    """Return the row of `UPDATE accounts SET ... WHERE id = $2`, or of `... FOR UPDATE`."""
    text = sql_of(call)
    table, key = _SQL_TABLE.search(text), _SQL_KEY.search(text)
    if not (_SQL_LOCK.search(text) and table and key):
        return None
    place, name = key.groups()
    given = call.args[1:]
    if place:
        found = given[int(place) - 1] if int(place) <= len(given) else call.at(None)
    else:
        found = given[0].value.entry(name) if given else call.at(None)
    return _Lock(call, table.group(1), found) if found else None


def _of_statement(call: Node) -> _Lock | None:
    """Return the row of `select(Account).where(Account.id == key).with_for_update()`."""
    calls = [*chained(whole(call))]
    if any(one.member in ("order_by", "in_") for one in calls) or call.keyword("skip_locked"):
        return None
    keys = [key for one in calls for key in _compared(one)]
    return _Lock(call, *keys[0]) if len(keys) == 1 else None


def _compared(call: Node) -> Iterator[tuple[str, Node]]:
    """Yield what the conditions of a statement compare a primary key with, and whose key it is."""
    for test in call.args if call.member in ("where", "filter") else ():
        column = column_named(test.operands[0]) if len(test.operands) == 2 else None
        if column and column.flag("primary_key") and isinstance(test.ast.ops[0], ast.Eq):  # type: ignore[attr-defined]
            yield column.owner, test.operands[1]
    model = model_selected(call.owner) if call.member == "filter_by" else None
    if model and model.primary_key and (given := call.keyword(model.primary_key.name)):
        yield model.name, given
