"""SQL that is put together with a text of the request."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.rare_work import is_asked
from fastapi_pro.auditing.libraries.request_texts import Search, Text, text_parts
from fastapi_pro.auditing.libraries.sqlalchemy_models import model_named
from fastapi_pro.auditing.libraries.stores import sender_names, statement_of

_TEXTS = ("sqlalchemy.text", "sqlalchemy.literal_column", "psycopg.sql.SQL", "psycopg2.sql.SQL")
_RUNS = (
    "execute", "executemany", "executescript", "exec_driver_sql", "fetch", "fetchrow", "fetchval",
    "fetch_all", "fetch_one", "fetch_val", "read_sql", "read_sql_query", "raw",
    "execute_query", "execute_query_dict", "execute_script", "fetchmany", "query_raw",
)  # fmt: skip
_MAINTAINS = re.compile(r"\s*(VACUUM|ANALYZE|REINDEX|CLUSTER|REFRESH|LOCK)\b", re.IGNORECASE)
"""Statements that read nothing."""
_SQL = re.compile(
    r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|WHERE|ORDER BY|ALTER|DROP)\b", re.IGNORECASE
)
_CONSOLE = re.compile(
    r"(raw_?)?(sql|query|statement|sql_?(query|text|statement)|query_?(sql|text))", re.IGNORECASE
)
"""Names of a whole statement, which a console is sent to run."""
_SORTS = {"order_by", "desc", "asc", "nulls_last", "nulls_first"}
_DYNAMIC = (ast.JoinedStr, ast.BinOp, ast.Call, ast.Name, ast.Attribute, ast.Subscript, ast.IfExp)


def _parts(expr: Node) -> list[Node]:
    if expr.is_call and expr.member in ("split", "splitlines"):
        return [expr.owner]
    return expr.args[:1] if expr.called in _TEXTS else text_parts(expr)


_TEXT = Search(_parts)
_NAME = Search()


def detect(program: Program) -> Iterator[Hit]:
    """Yield each statement that holds a text of the request, and each column that it names."""
    for call in program.calls_of(*_TEXTS):
        yield from _injected(call)
    for call in program.calls_named(*dict.fromkeys((*_RUNS, *sorted(sender_names(program))))):
        if not call.module.is_tool and _is_sql(_statement(call)):
            yield from _injected(call)
    for call in program.calls_of("builtins.getattr"):
        yield from _chosen(call)


def _statement(call: Node) -> Node:
    """Return the SQL that a call is given, by position or by one of the names it has."""
    if call.member not in _RUNS and call.called not in _TEXTS:
        return statement_of(call)
    named = [call.keyword(name) for name in ("query", "sql", "statement", "text", "clause")]
    return call.argument(0, "") or next(filter(None, named), call.at(None))


def _injected(call: Node) -> Iterator[Hit]:
    statement = _statement(call)
    if isinstance(statement.ast, _DYNAMIC) and (given := _TEXT.unchecked(statement)):
        is_whole = _is_console(given)
        verb = "" if is_whole else _verb(statement)
        what = f"decides what `{verb}` is for" if verb else "can read other tables"
        yield call.hit(
            f"{given.name} is {'' if is_whole else 'part of '}the SQL: whoever sends it {what}",
            severity="low" if is_whole or not is_asked(call) else "medium" if verb else "",
        )


def _verb(statement: Node) -> str:
    """Return the command of a statement that reads nothing: `VACUUM`, `REINDEX`."""
    texts = (
        node.literal
        for binding in statement.function.bindings(statement.name)
        for node in statement.at(binding.node).walk(ast.Constant)
    )
    written = statement.walk(ast.Constant)
    for text in (*(node.literal for node in written), *texts):
        if isinstance(text, str) and (match := _MAINTAINS.match(text)):
            return match[1].upper()
    return ""


def _is_console(given: Text) -> bool:
    """Say whether an endpoint is there to run the SQL that it is sent, as the name says."""
    return bool(_CONSOLE.fullmatch(given.node.name))


def _is_sql(statement: Node) -> bool:
    """Say whether a text that is put together holds words of SQL."""
    value = statement.value
    if not isinstance(value.ast, (ast.JoinedStr, ast.BinOp, ast.Call)) or value.called in _TEXTS:
        return False
    texts = (
        node.literal for made in (value, *value.callee.returned) for node in made.walk(ast.Constant)
    )
    return any(isinstance(text, str) and _SQL.search(text) for text in texts)


def _chosen(call: Node) -> Iterator[Hit]:
    """Yield the `getattr(Model, sort)` by which a query is sorted."""
    if len(call.args) < 2 or isinstance(call.args[1].ast, ast.Constant):
        return
    model = model_named(call.args[0])
    if model is None or not _sorts(call):
        return
    if given := _NAME.unchecked(call.args[1]):
        fails = "other names give a 500, and " if len(call.args) == 2 else ""
        yield call.hit(
            f"{given.name} may name any attribute of `{model.name}`: {fails}clients can sort by"
            " columns that they must not see",
            severity="medium" if len(call.args) == 2 else "low",
            fix="Take the column from a dict, or declare the parameter as a `Literal`",
        )


def _sorts(call: Node) -> bool:
    """Say whether a column is what a query is sorted by, itself or through a variable."""
    if any(above.last_name in _SORTS for above in call.ancestors if above.is_call):
        return True
    names = {target.name for target in call.statement.targets}
    return any(
        used.last_name in _SORTS and any(part.name in names for part in used.walk(ast.Name))
        for used in call.function.calls
    )
