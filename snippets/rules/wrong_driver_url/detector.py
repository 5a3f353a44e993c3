"""A database URL that leaves the driver to SQLAlchemy."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.pydantic import Field, fields, is_settings, validators
from fastapi_pro.auditing.libraries.sqlalchemy_engines import url_of
from fastapi_pro.auditing.libraries.sqlalchemy_models import Engine, engines
from fastapi_pro.auditing.model.legacy import At, Program, annotation_type, argument, type_of

_BARE = re.compile(r"(postgresql|postgres|mysql|mariadb|sqlite|oracle|mssql)://")
_DSN = {
    "builtins.str",
    "pydantic.PostgresDsn",
    "pydantic.SecretStr",
    "pydantic.AnyUrl",
    "pydantic.MySQLDsn",
}
_CHECKS = {
    "pydantic.AfterValidator", "pydantic.BeforeValidator", "pydantic.WrapValidator",
    "pydantic.PlainValidator", "pydantic.UrlConstraints", "pydantic.StringConstraints",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield each async engine with a bare URL, or with a setting that nothing checks."""
    for engine in program.fact(engines):
        if not engine.is_async:
            continue
        url = url_of(program, engine)
        if match := _BARE.match(url):
            yield Hit(
                engine.module, engine.call,
                f"`{match[0]}` names no async driver: SQLAlchemy takes the default, which is"
                " not what was tested",
            )  # fmt: skip
        elif not url and (unchecked := _unchecked(program, engine)):
            yield Hit(
                unchecked.module, unchecked.node,
                f"nothing checks the driver of `{unchecked.name}`: a bare `postgresql://` from"
                " the environment means psycopg2 or psycopg",
            )  # fmt: skip


def _unchecked(program: Program, engine: Engine) -> Field | None:
    """Return the required field of the settings that an engine takes as it is."""
    given = argument(engine.call, 0, "url")
    if isinstance(given, ast.Call) and program.name_of(engine.module, given.func) == "builtins.str":
        given = given.args[0] if given.args else None
    if (
        isinstance(given, ast.Call)
        and isinstance(given.func, ast.Attribute)
        and given.func.attr in ("get_secret_value", "unicode_string")
    ):
        given = given.func.value
    if not isinstance(given, ast.Attribute):
        return None
    owner = type_of(program, engine.module, given.value)
    if not isinstance(owner, At) or not is_settings(program, owner):
        return None
    field = fields(program, owner).get(given.attr)
    if field is None or field.annotation is None or _has_default(field):
        return None
    kind = annotation_type(program, field.annotation.module, field.annotation.node)
    return field if kind in _DSN and not _is_checked(program, owner, field) else None


def _has_default(field: Field) -> bool:
    default = field.default
    if isinstance(default, ast.Call):
        default = argument(default, 0, "default")
    return default is not None and not (isinstance(default, ast.Constant) and default.value is ...)


def _is_checked(program: Program, owner: At, field: Field) -> bool:
    if any(program.call_name(at.module, at.node) in _CHECKS for at in field.metadata):
        return True
    if any(
        isinstance(at.node, ast.Call) and any(k.arg == "pattern" for k in at.node.keywords)
        for at in field.metadata
    ):
        return True
    if validators(program, owner, "model_validator", "root_validator"):
        return True
    for _, call in validators(program, owner, "field_validator", "validator"):
        names = [program.constant(owner.module, arg) for arg in call.args] if call else []
        if field.name in names or "*" in names:
            return True
    return False
