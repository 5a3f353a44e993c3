"""Rows and documents without SQLAlchemy's models: SQL in a text, MongoDB, Tortoise."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.documents import is_of_tortoise
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

RUNS = (
    "execute", "exec", "fetch", "fetchall", "fetchone", "fetchrow", "fetchval", "fetch_all",
    "fetch_one", "fetch_val", "scalar",
)  # fmt: skip
_SENDS = ("execute", "fetch", "fetchrow", "fetchval", "fetch_all", "fetch_one", "fetch_val")
_SQL_NAME = re.compile(r"sql|query|statement|stmt|command", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s+[\"`]?(\w+(?:\.\w+)?)[\"`]?", re.IGNORECASE)
_EQUAL = re.compile(
    r"\b(?:\w+\.)?[\"`]?(\w+)[\"`]?\s*=\s*(?:\$\d+|%s|\?|:\w+|%\(\w+\)s)", re.IGNORECASE
)
_SELECTS = re.compile(r"^\s*select\b", re.IGNORECASE)
_WRITES = re.compile(
    r"^\s*(?:insert\s+into|update|delete\s+from)\s+[\"`]?(\w+(?:\.\w+)?)[\"`]?", re.IGNORECASE
)
_TOUCHES = re.compile(
    r"^\s*(?:update|delete\s+from|select\b.*?\bfrom)\s+[\"`]?(\w+(?:\.\w+)?)[\"`]?",
    re.IGNORECASE | re.DOTALL,
)
_SCALAR = re.compile(r"^\s*select\s+(?:\w+\.)?[\"`]?(\w+)[\"`]?\s+from\b", re.IGNORECASE)
_ADDS_UP = re.compile(r"^\s*select\s+(count|sum|max|min|avg|coalesce|exists)\s*\(", re.IGNORECASE)
_NUMBERED = re.compile(r"\w\s*=\s*\$(\d+)")
_NAMED = re.compile(r"\w\s*=\s*:(\w+)")
_INSERTS = re.compile(r"^\s*insert\s+into\s+[\"`]?(\w+(?:\.\w+)?)[\"`]?", re.IGNORECASE)
_UPDATES = re.compile(r"^\s*update\s+[\"`]?(\w+(?:\.\w+)?)[\"`]?\s+set\b", re.IGNORECASE)
_DECIDES = re.compile(
    r"on\s+(conflict|duplicate)|insert\s+(or\s+)?ignore|or\s+replace|merge\s+into", re.IGNORECASE
)
_LOCKS = re.compile(r"for\s+(no\s+key\s+)?update|advisory|\block\b", re.IGNORECASE)
_VERSIONS = {"version", "row_version", "lock_version", "revision", "etag"}
_FINDS = {"find_one", "count_documents"}
_ORM_FINDS = {"exists", "filter", "get", "get_or_none"}
_THROUGH = {"count", "exists", "first", "get_or_none", "prefetch_related", "only"}
COLLECTIONS = (
    "motor.motor_asyncio.AsyncIOMotorCollection", "pymongo.collection.Collection",
    "pymongo.asynchronous.collection.AsyncCollection",
)  # fmt: skip
_ASYNC_CLIENTS = {
    "motor.motor_asyncio.AsyncIOMotorClient", "pymongo.AsyncMongoClient",
    "pymongo.asynchronous.mongo_client.AsyncMongoClient",
}  # fmt: skip
_ASYNC_KINDS = _ASYNC_CLIENTS | {
    "motor.motor_asyncio.AsyncIOMotorDatabase", "motor.motor_asyncio.AsyncIOMotorCollection",
    "pymongo.asynchronous.database.AsyncDatabase",
    "pymongo.asynchronous.collection.AsyncCollection",
}  # fmt: skip
DOCUMENT_COROUTINES = (
    "bulk_write", "count_documents", "create_index", "delete_many", "delete_one", "distinct",
    "find_one", "find_one_and_update", "insert_many", "insert_one", "replace_one", "update_many",
    "update_one",
)  # fmt: skip
"""The methods of an async collection that are coroutines."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a call looks for: a table or collection, and what it compares for equality."""

    table: str
    columns: frozenset[str]


def sql_of(call: Node) -> str:
    """Return the SQL that a call sends, if it is one text: `fetch("SELECT 1")`, `text(...)`."""
    first = statement_of(call)
    if first.last_name == "text" and first.is_call:
        first = first.argument(0, "text")
    text = first.constant
    return text if isinstance(text, str) else ""


def statement_of(call: Node) -> Node:
    """Return the statement that a call sends, or gives a function of the program that sends it."""
    if call.member in RUNS:
        return call.argument(0, "query") or call.argument(0, "statement")
    if call.last_name not in sender_names(call.program):
        return call.at(None)
    parameter = _senders(call.program).get(call.callee.ast)
    return parameter.passed(call) if parameter else call.at(None)


@fact
def sender_names(program: Program) -> frozenset[str]:
    """Return the names of the functions that send the SQL that they are given."""
    return frozenset(parameter.function.name for parameter in _senders(program).values())


@fact
def _senders(program: Program) -> dict[ast.AST, Node]:
    """Return the functions that send the SQL that they are given, each with its parameter."""
    found: dict[ast.AST, Node] = {}
    for call in program.calls_named(*_SENDS):
        first = call.argument(0, "query") or call.argument(0, "statement")
        is_text = first.last_name == "text" and first.is_call
        parameter = (first.argument(0, "text") if is_text else first).definition
        is_sent = is_text or call.member != "execute" or len(call.given) > 1
        if is_sent and isinstance(parameter.ast, ast.arg) and _SQL_NAME.search(parameter.name):
            found.setdefault(parameter.function.ast, parameter)
    return found


def sent_sql(call: Node, depth: int = 0) -> Iterator[tuple[Node, str]]:
    """Yield the SQL that a call sends, itself or by functions of the program, with its call."""
    if text := sql_of(call):
        yield call, text
    for inner in call.callee.calls if depth < limits.CALLS else ():
        yield from sent_sql(inner, depth + 1)


def locks_rows(call: Node, depth: int = 0) -> bool:
    """Say whether SQL that a call sends, itself or by a function, locks what it reads."""
    if _LOCKS.search(sql_of(call)):
        return True
    callee = call.callee
    is_followed = bool(callee) and depth < limits.CALLS
    return is_followed and call.program.once(_lock_in, (callee.ast, depth), callee, depth + 1)


def _lock_in(function: Node, depth: int) -> bool:
    return any(locks_rows(call, depth) for call in function.calls)


def looked_up(expr: Node, depth: int = 0) -> Found | None:
    """Return what the value of an expression was looked up by, through names and functions."""
    found = expr.value.awaited if expr.name else expr.awaited
    if not found.is_call or depth > limits.CALLS:
        return None
    if text := sql_of(found):
        return _selected(text)
    if found.member in ("fetchone", "fetchall", "first", "scalar", "mappings", "one_or_none"):
        return looked_up(found.owner, depth + 1) or _of_cursor(found)
    if own := _in_collection(found) or _of_tortoise(found):
        return own
    values = [value for value in found.callee.returned if not isinstance(value.ast, ast.Constant)]
    if len(values) != 1:
        return None
    value = values[0]
    is_test = isinstance(value.ast, ast.Compare) or value.called == "builtins.bool"
    return looked_up((value.operands or value.args or [value])[0] if is_test else value, depth + 1)


def inserted(call: Node, depth: int = 0) -> str:
    """Return the table or collection into which a call inserts, itself or by a function."""
    if call.member == "insert_one":
        return collection_name(call.owner)
    cls = call.owner.definition
    if call.member in ("create", "get_or_create") and cls.is_class and is_of_tortoise(cls):
        return cls.name if call.member == "create" else ""
    if (text := sql_of(call)) and (match := _INSERTS.match(text)) and not _DECIDES.search(text):
        return match[1].lower()
    callee = call.callee
    if not callee or depth >= limits.CALLS:
        return ""
    return call.program.once(_inserted_in, (callee.ast, depth), callee, depth + 1)


def _inserted_in(function: Node, depth: int) -> str:
    return next(filter(None, (inserted(call, depth) for call in function.calls)), "")


def updated(text: str) -> tuple[str, frozenset[str]] | None:
    """Return the table and the columns that an UPDATE sets to a value that is given.

    Not those that it compares with what they were: it changes nothing if they have changed.
    """
    match = _UPDATES.match(text)
    if match is None:
        return None
    assigned, *where = re.split(r"\bwhere\b", text[match.end() :], maxsplit=1, flags=re.IGNORECASE)
    compared = {name.lower() for part in where for name in _EQUAL.findall(part)}
    columns = {name.lower() for name in _EQUAL.findall(assigned)} - compared
    return match[1].lower(), frozenset() if compared & _VERSIONS else frozenset(columns)


def _selected(text: str) -> Found | None:
    table = _FROM.search(text)
    if not _SELECTS.match(text) or table is None:
        return None
    where = re.split(r"\bwhere\b", text, maxsplit=1, flags=re.IGNORECASE)[1:]
    columns = frozenset(name.lower() for part in where for name in _EQUAL.findall(part))
    return Found(table[1].lower(), columns)


def touched(text: str) -> Found | None:
    """Return what SELECT, UPDATE or DELETE in a text is about, and what it compares."""
    table = _TOUCHES.match(text)
    if table is None:
        return None
    where = re.split(r"\bwhere\b", text, maxsplit=1, flags=re.IGNORECASE)[1:]
    columns = frozenset(name.lower() for part in where for name in _EQUAL.findall(part))
    return Found(table[1].lower(), columns)


def written(text: str) -> str:
    """Return the table that INSERT, UPDATE or DELETE in a text writes, or ""."""
    match = _WRITES.match(text)
    return match[1].lower() if match else ""


def scalar_of(call: Node) -> str:
    """Return the column whose value a call returns: of `fetchval("SELECT stock FROM items")`."""
    match = _SCALAR.match(sql_of(call)) if call.is_call else None
    return match[1] if match else ""


def selects(call: Node) -> bool:
    """Say whether a call sends SQL that reads."""
    return bool(_SELECTS.match(sql_of(call)))


def equal_to(call: Node) -> list[Node]:
    """Return what columns must be equal to in the SELECT that a call sends: of `WHERE id = $1`.

    Nothing of one that counts or adds up: it has a row whatever it finds.
    """
    text = sql_of(call)
    if not _SELECTS.match(text) or _ADDS_UP.match(text):
        return []
    given = call.argument(1, "values").value
    named = [given.entry(name) for name in _NAMED.findall(text)]
    return [*(call.argument(int(number), "") for number in _NUMBERED.findall(text)), *named]


def _of_cursor(fetch: Node) -> Found | None:
    """Return what the cursor executed last before it is asked for its rows."""
    sent = [
        text
        for call in fetch.function.calls
        if call.owner.dotted == fetch.owner.dotted and call.position < fetch.position
        if (text := sql_of(call))
    ]
    return _selected(sent[-1]) if sent else None


def _in_collection(call: Node) -> Found | None:
    if call.member not in _FINDS or not (name := collection_name(call.owner)):
        return None
    entries = call.argument(0, "filter").value.entries
    columns = frozenset(str(key.literal) for key, value in entries if key and not value.entries)
    return Found(name, columns)


def collection_name(owner: Node) -> str:
    """Return the name of a collection: of `db.users`, `db["users"]` and variables of them."""
    if owner.is_a(*COLLECTIONS):
        return owner.text
    found = owner.value if owner.name else owner
    given = found.index or (found.args[0] if found.args else found.at(None))
    if isinstance(given.literal, str):
        return given.literal
    return found.member or owner.name


def _of_tortoise(call: Node) -> Found | None:
    found = call
    while found.member in _THROUGH and found.owner.is_call:
        found = found.owner
    cls = found.owner.definition
    is_lookup = found.member in _ORM_FINDS and cls.is_class and is_of_tortoise(cls)
    return Found(cls.name, frozenset(found.keywords)) if is_lookup else None


def async_collection(owner: Node, depth: int = 0) -> str:
    """Return the async client by which an expression is a collection of MongoDB, or leads to one.

    Or the class of its annotation: `client.shop.orders`, and `db["orders"]` where `db` is annotated
    as a database. "" of anything else.
    """
    if not owner or depth > limits.NAMES:
        return ""
    found = owner.value or owner
    kind = owner.type
    if found.called in _ASYNC_CLIENTS:
        return found.called
    if isinstance(kind, str) and kind in _ASYNC_KINDS:
        return kind
    if found.is_call and found.callee:
        values = found.callee.returned
        return next(filter(None, (async_collection(value, depth + 1) for value in values)), "")
    inner = found.generic or found.owner or (found if found != owner else found.at(None))
    return async_collection(inner, depth + 1)
