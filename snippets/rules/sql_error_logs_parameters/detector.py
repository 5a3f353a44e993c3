"""An engine whose errors print the values of a statement, and a column that is secret."""

import ast
import re
from collections.abc import Collection, Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.command_lines import is_outside_service
from fastapi_pro.auditing.libraries.sqlalchemy_connections import engine_behind
from fastapi_pro.auditing.libraries.sqlalchemy_engines import Engine, engines
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, Model, models, names_secret
from fastapi_pro.auditing.libraries.sqlalchemy_urls import literal_url
from fastapi_pro.auditing.libraries.unused import why_unused
from fastapi_pro.messages import counted

_DDL = {"create_all", "drop_all"}
_SENDS = {"add", "add_all", "exec", "execute", "executemany", "scalar", "scalars"}
_TEXTS = {
    "builtins.str", "builtins.bytes", "sqlalchemy.String", "sqlalchemy.Text",
    "sqlalchemy.LargeBinary", "sqlalchemy.Unicode",
}  # fmt: skip
_ENCRYPTS = re.compile(r"encrypt|encipher|seal", re.IGNORECASE)
_CERTAIN = re.compile(r"passw|secret|hash|key", re.IGNORECASE)
"""What is secret wherever it stands; a token may be one that is in the address, too."""

_OF_TOKEN = re.compile(
    r"(token|key)_?(hash(ed)?|digest|sha\d*)$|hash(ed)?_(token|\w*key)$", re.IGNORECASE
)
"""The hash of a long random text, from which nobody finds the text."""

_ANALYSES = re.compile(
    "awsathena|bigquery|clickhouse|databricks|dremio|druid|duckdb|elasticsearch|hive|impala|presto"
    "|redshift|snowflake|trino"
)
"""Databases for analysis, in which no service keeps its accounts."""

_SESSIONS = (
    "sqlalchemy.orm.sessionmaker", "sqlalchemy.orm.Session", "sqlalchemy.ext.asyncio.AsyncSession",
    "sqlalchemy.ext.asyncio.async_sessionmaker",
)  # fmt: skip
_TRADED = re.compile(r"price|amount|balance|decimals|symbol|supply", re.IGNORECASE)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first engine without `hide_parameters=True` of a program with a secret column."""
    secrets = [
        column
        for model in _in_use(program)
        for column in model.columns.values()
        if _is_secret(column) and not _is_coin(column, model)
    ]
    secrets.sort(key=lambda column: not _CERTAIN.search(column.name))
    made = engines(program)
    is_known = any(_is_hidden(engine) for engine in made)
    found = [e for e in made if _shows(e) and not (is_known and _is_handed_out(e))]
    written = _of_sessions(program) if secrets and found else None
    found = [e for e in found if written is None or e in written]
    found = [e for e in found if not _is_of_others(e, {column.owner for column in secrets})]
    found = [e for e in found if not _is_unused(e)] or found
    found.sort(key=lambda e: ("demo" in e.call.module.name, bool(e.call.function)))
    if secrets and found:
        more = len(found) - 1
        others = f" (and {counted(more, 'more engine')})" if more else ""
        yield found[0].call.hit(
            "a failed statement writes its values into the log, including those of"
            f" `{secrets[0].full_name}`{others}",
            fix=f"`{found[0].call.func.last_name}(url, hide_parameters=True)`",
        )


def _is_unused(engine: Engine) -> bool:
    """Say whether no application loads the module that makes an engine."""
    return bool(why_unused(engine.call.module, engine.call.line))


def _of_sessions(program: Program) -> set[Engine] | None:
    """Return the engines on which sessions write models; None where nobody can tell."""
    behind = {engine_behind(call) for call in program.calls_of(*_SESSIONS) if call.given}
    return {engine for engine in behind if engine} if behind and None not in behind else None


@fact
def _in_use(program: Program) -> list[Model]:
    """Return the models that code names beside their class; all of them where none is."""
    found = [m for m in models(program).values() if not m.cls.bindings("__abstract__")]
    return [model for model in found if _is_named(model.cls)] or found


def _is_named(cls: Node) -> bool:
    """Say whether code names a class: an import alone does not, nor a text that says its name."""
    return any(
        cls.name in names
        for m in cls.program.service
        for names in (m.variables, m.attributes, m.aliases.values())
    )


def _is_coin(column: Column, model: Model) -> bool:
    """Say whether a `token` is one that is traded: its row has a price or an amount."""
    return not _CERTAIN.search(column.name) and any(map(_TRADED.search, model.columns))


def _is_hidden(engine: Engine) -> bool:
    given = engine.call.keyword("hide_parameters")
    return bool(given) and given.constant is not False


def _is_handed_out(engine: Engine) -> bool:
    """Say whether a function makes it for its caller: beside the service's own, for other data."""
    targets = engine.call.parent.targets
    is_returned = isinstance(engine.call.parent.ast, ast.Return)
    is_local = bool(targets) and all(target.name for target in targets)
    return bool(engine.call.function) and (is_returned or is_local)


def _is_of_others(engine: Engine, owners: Collection[str]) -> bool:
    """Say whether the class that makes an engine for itself names models, none with a secret."""
    cls = engine.call.enclosing_class
    targets = [t for t in engine.call.parent.targets if t.member]
    if not cls or not targets or not all(t.member.startswith("_") for t in targets):
        return False
    named = {name.id for name in cls.module.nodes(ast.Name)}
    return named.isdisjoint(owners) and any(m.name in named for m in models(cls.program).values())


def _shows(engine: Engine) -> bool:
    if _is_hidden(engine) or engine.call.has_unpacking or _is_for_analysis(engine):
        return False
    if _only_makes_tables(engine) or _is_disposed_of(engine):
        return False
    return not is_outside_service(engine.call)


def _is_for_analysis(engine: Engine) -> bool:
    url = engine.call.argument(0, "url").value
    text = url.owner if url.is_call and url.member == "format" else url
    return bool(_ANALYSES.match(literal_url(text)))


def _is_disposed_of(engine: Engine) -> bool:
    """Say whether the function that makes an engine ends it, and sends no values by it."""
    function = engine.call.function
    names = {target.name for target in engine.call.parent.targets} - {""}
    calls = function.calls if function and names else []
    ends = any(call.member == "dispose" and call.owner.name in names for call in calls)
    return ends and not any(call.member in _SENDS for call in calls)


def _only_makes_tables(engine: Engine) -> bool:
    """Say whether the function that makes an engine creates tables by it, and sends no values."""
    function = engine.call.function
    if not function or any(call.member in _SENDS for call in function.calls):
        return False
    if not any(node.member in _DDL for node in function.walk(ast.Attribute)):
        return False
    names = {target.dotted for target in engine.call.parent.targets}
    reads = [node for node in function.walk(ast.Name) if node.name in names and node.is_read]
    return all(map(_is_for_tables, reads or [engine.call]))


def _is_for_tables(engine: Node) -> bool:
    """Say whether a use of an engine ends here: `engine.begin()`, `create_all(engine)`."""
    holder = engine.parent
    if holder.owner == engine:
        return True
    call = holder.parent if isinstance(holder.ast, ast.keyword) else holder
    return call.is_call and call.member in _DDL


def _is_secret(column: Column) -> bool:
    is_named = column.type in _TEXTS and names_secret(column.name)
    return is_named and not _OF_TOKEN.search(column.name) and not _is_encrypted(column)


def _is_encrypted(column: Column) -> bool:
    """Say whether the program encrypts what it stores in a column."""
    program = column.node.program
    given = [call.keyword(column.name) for call in program.calls_named(column.owner)]
    written = program.attributes(column.name)
    given += [node.statement.assigned for node in written if node.is_target]
    return any(_ENCRYPTS.search(value.value.func.last_name) for value in given if value)
