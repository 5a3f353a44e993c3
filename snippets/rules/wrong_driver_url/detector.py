"""A database URL that leaves the driver to SQLAlchemy."""

import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.pydantic import Field, Schema, schema_of
from fastapi_pro.auditing.libraries.sqlalchemy_engines import Engine, engines

_BARE = re.compile(r"(postgresql|postgres|mysql|mariadb|sqlite|oracle|mssql)://")
_DSN = {
    "builtins.str", "pydantic.PostgresDsn", "pydantic.SecretStr", "pydantic.AnyUrl",
    "pydantic.MySQLDsn",
}  # fmt: skip
_CHECKS = {
    "pydantic.AfterValidator", "pydantic.BeforeValidator", "pydantic.WrapValidator",
    "pydantic.PlainValidator", "pydantic.UrlConstraints", "pydantic.StringConstraints",
}  # fmt: skip
_DEFAULTS = {
    "PostgreSQL": ("`postgresql://`", "psycopg2 or psycopg"),
    "MySQL": ("`mysql://`", "mysqlclient"),
    "MariaDB": ("`mariadb://`", "mysqlclient"),
}
_READS = ("get_secret_value", "unicode_string")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each async engine with a bare URL, or with a setting that nothing checks."""
    for engine in engines(program):
        if not engine.is_async:
            continue
        if match := _BARE.match(engine.url):
            yield engine.call.hit(
                f"`{match[0]}` names no async driver: SQLAlchemy takes its default, which may not"
                " be the one that you tested"
            )
        elif not engine.url and (field := _unchecked(engine)):
            bare, means = _DEFAULTS.get(engine.database, _DEFAULTS["PostgreSQL"])
            yield field.node.hit(
                f"nothing checks the driver of `{field.name}`: a bare {bare} from the"
                f" environment means {means}",
                severity="low",
            )


def _unchecked(engine: Engine) -> Field | None:
    """Return the required field of the settings that an engine takes as it is."""
    given = engine.call.argument(0, "url")
    if given.called == "builtins.str" and given.args:
        given = given.args[0]
    if given.is_call and given.member in _READS:
        given = given.owner
    schema = schema_of(given.owner.type)
    field = schema.fields.get(given.member) if schema and schema.is_settings else None
    if schema is None or field is None or not field.is_required:
        return None
    return field if field.type in _DSN and not _is_checked(schema, field) else None


def _is_checked(schema: Schema, field: Field) -> bool:
    is_own = any(item.called in _CHECKS for item in field.metadata) or field.options("pattern")
    return bool(is_own) or schema.has_model_validator or schema.is_converted(field.name)
