"""Settings whose errors print what the environment holds."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.pydantic import (
    Field,
    config,
    fields,
    is_settings,
    schemas,
    validators,
)
from fastapi_pro.auditing.libraries.sqlalchemy_models import SECRET
from fastapi_pro.auditing.model.legacy import At, Program, Type, annotation_type, argument, keyword

_HIDDEN = {"pydantic.SecretStr", "pydantic.SecretBytes"}
_DSNS = {
    "pydantic.PostgresDsn", "pydantic.RedisDsn", "pydantic.MySQLDsn", "pydantic.MariaDBDsn",
    "pydantic.AmqpDsn", "pydantic.MongoDsn",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield each settings class with a secret and without `hide_input_in_errors=True`."""
    found = [
        cls for cls in program.fact(schemas)
        if is_settings(program, cls) and _is_open(program, cls) and _secret(program, cls)
    ]  # fmt: skip
    seen: set[str] = set()
    for cls in found:
        is_heir = any(base in found for base in program.lineage(cls) if base != cls)
        if is_heir or cls.module.name in seen:
            continue  # one finding for a base, and for the classes of a file
        seen.add(cls.module.name)
        others = sum(other.module is cls.module for other in found) - 1
        assert isinstance(cls.node, ast.ClassDef)
        yield Hit(
            cls.module, cls.node,
            f"a bad or missing variable ends the start of `{cls.node.name}` with a traceback"
            f" that prints values, `{_secret(program, cls)}` among them"
            + (f" (and {others} more classes here)" if others else ""),
        )  # fmt: skip


def _is_open(program: Program, cls: At) -> bool:
    options = config(program, cls)
    given = options.get("hide_input_in_errors")
    is_shown = given is None or program.constant(given.module, given.node) is False
    return is_shown and "**" not in options


def _secret(program: Program, cls: At) -> str | None:
    """Return the name of a secret field that an error may print.

    Where a field is required, the error about its absence prints all that was given; else a
    field's own error prints the field, which plain text cannot have.
    """
    declared = fields(program, cls).values()
    is_required = any(field.default is None or _is_required(field.default) for field in declared)
    has_own = bool(validators(program, cls, "model_validator", "root_validator"))
    for field in declared:
        kind = _kind(program, field)
        is_named = SECRET.search(field.name) or field.name.lower().endswith(
            ("_dsn", "database_url")
        )
        is_secret = kind in _HIDDEN or kind in _DSNS or (kind == "builtins.str" and is_named)
        if is_secret and (
            is_required or has_own or kind in _DSNS or _is_constrained(program, cls, field)
        ):
            return field.name
    return None


def _kind(program: Program, field: Field) -> Type:
    if field.annotation is None:
        return None
    return annotation_type(program, field.annotation.module, field.annotation.node)


def _is_required(default: ast.expr) -> bool:
    if isinstance(default, ast.Call):
        first = argument(default, 0, "default")
        if first is None:
            return keyword(default, "default_factory") is None
        default = first
    return isinstance(default, ast.Constant) and default.value is ...


def _is_constrained(program: Program, cls: At, field: Field) -> bool:
    """Say whether a value of a field can be refused."""
    options = ("min_length", "max_length", "pattern", "strict")
    for at in field.metadata:
        if isinstance(at.node, ast.Call) and any(keyword(at.node, o) for o in options):
            return True
    for method, call in validators(program, cls, "field_validator", "validator"):
        if call and field.name in [program.constant(method.module, arg) for arg in call.args]:
            return True
    return False
