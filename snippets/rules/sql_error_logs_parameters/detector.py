"""An engine whose errors print the values of a statement, and a column that is secret."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.sqlalchemy_engines import Engine, engines
from fastapi_pro.auditing.libraries.sqlalchemy_models import SECRET, Column, models

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
        others = f" (and {len(found) - 1} more engines)" if len(found) > 1 else ""
        yield found[0].call.hit(
            f"a failed statement puts its values into the log, those of `{secret}` too{others}"
        )


def _shows(engine: Engine) -> bool:
    given = engine.call.keyword("hide_parameters")
    is_hidden = given and given.constant is not False
    return not is_hidden and not engine.call.has_unpacking


def _is_secret(column: Column) -> bool:
    return column.type in _TEXTS and bool(SECRET.search(column.name))
