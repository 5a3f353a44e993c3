"""An engine whose errors print the values of a statement, and a column that is secret."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.sqlalchemy_engines import Engine, engines
from fastapi_pro.auditing.libraries.sqlalchemy_models import SECRET, Column, models

_DDL = {"create_all", "drop_all"}
_SENDS = {"add", "add_all", "exec", "execute", "executemany", "scalar", "scalars"}
_TEXTS = {
    "builtins.str", "builtins.bytes", "sqlalchemy.String", "sqlalchemy.Text",
    "sqlalchemy.LargeBinary", "sqlalchemy.Unicode",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first engine without `hide_parameters=True` of a program with a secret column."""
    columns = (c for model in models(program).values() for c in model.columns.values())
    secret = next((column.full_name for column in columns if _is_secret(column)), "")
    found = [engine for engine in engines(program) if _shows(engine)]
    if secret and found:
        more = len(found) - 1
        others = f" (and {more} more engine{'s' if more > 1 else ''})" if more else ""
        yield found[0].call.hit(
            f"a failed statement puts its values into the log, those of `{secret}` too{others}",
            fix=f"`{found[0].call.func.last_name}(url, hide_parameters=True)`",
        )


def _shows(engine: Engine) -> bool:
    given = engine.call.keyword("hide_parameters")
    is_hidden = given and given.constant is not False
    return not is_hidden and not engine.call.has_unpacking and not _only_makes_tables(engine)


def _only_makes_tables(engine: Engine) -> bool:
    """Say whether the function that makes an engine creates tables, and sends no values."""
    function = engine.call.function
    if not function or any(call.member in _SENDS for call in function.calls):
        return False
    is_returned = any(value.value == engine.call for value in function.returned)
    made = any(node.member in _DDL for node in function.walk(ast.Attribute))
    return made and not is_returned


def _is_secret(column: Column) -> bool:
    return column.type in _TEXTS and bool(SECRET.search(column.name))
