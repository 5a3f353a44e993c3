"""An engine whose errors print the values of a statement, and a column that is secret."""

from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.sqlalchemy_models import SECRET, Column, Engine, engines, models
from fastapi_pro.auditing.model.legacy import Program, has_unpacking, keyword


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first engine without `hide_parameters=True` of a program with a secret column."""
    secret = next(
        (
            f"{model.name}.{column.name}"
            for model in program.fact(models).values()
            for column in model.columns.values()
            if _is_secret(column)
        ),
        None,
    )
    if secret is None:
        return
    found = [engine for engine in program.fact(engines) if _shows(program, engine)]
    if found:
        others = f" (and {len(found) - 1} more engines)" if len(found) > 1 else ""
        yield Hit(
            found[0].module, found[0].call,
            f"a failed statement puts its values into the log, those of `{secret}` too{others}",
        )  # fmt: skip


def _shows(program: Program, engine: Engine) -> bool:
    given = keyword(engine.call, "hide_parameters")
    if given is not None and program.constant(engine.module, given) is not False:
        return False
    return not has_unpacking(engine.call)


def _is_secret(column: Column) -> bool:
    is_text = column.type in (
        "builtins.str", "builtins.bytes", "sqlalchemy.String", "sqlalchemy.Text",
        "sqlalchemy.LargeBinary", "sqlalchemy.Unicode",
    )  # fmt: skip
    return is_text and bool(SECRET.search(column.name))
