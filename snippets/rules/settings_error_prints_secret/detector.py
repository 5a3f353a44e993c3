"""Settings whose errors print what the environment holds."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.pydantic import SECRETS, Field, Schema, settings
from fastapi_pro.auditing.libraries.sqlalchemy_models import SECRET

_DSNS = (
    "pydantic.PostgresDsn", "pydantic.RedisDsn", "pydantic.MySQLDsn", "pydantic.MariaDBDsn",
    "pydantic.AmqpDsn", "pydantic.MongoDsn",
)  # fmt: skip
_URLS = ("_dsn", "database_url")
_CONSTRAINTS = ("min_length", "max_length", "pattern", "strict")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each settings class with a secret and without `hide_input_in_errors=True`."""
    exposed = (schema for schema in settings(program) if _is_open(schema))
    found = {schema.node: secret for schema in exposed if (secret := _secret(schema))}
    seen: set[str] = set()
    for cls, secret in found.items():
        is_heir = any(base in found for base in cls.lineage if base != cls)
        if is_heir or cls.module.name in seen:
            continue  # one finding for a base, and for the classes of a file
        seen.add(cls.module.name)
        others = sum(other.module is cls.module for other in found) - 1
        yield cls.hit(
            f"a bad or missing variable ends the start of `{cls.name}` with a traceback that"
            f" prints values, `{secret}` among them"
            + (f" (and {others} more classes here)" if others else "")
        )


def _is_open(schema: Schema) -> bool:
    hides = schema.config.get("hide_input_in_errors")
    return schema.is_config_known and (hides is None or hides.constant is False)


def _secret(schema: Schema) -> str:
    """Return the name of a secret field that an error may print.

    Where a field is required, the error about its absence prints all that was given; else a
    field's own error prints the field, which plain text cannot have.
    """
    is_any_required = any(field.is_required for field in schema.fields.values())
    prints_all = is_any_required or schema.has_model_validator
    for field in schema.fields.values():
        is_named = SECRET.search(field.name) or field.name.lower().endswith(_URLS)
        is_text = field.type in SECRETS or (field.type == "builtins.str" and is_named)
        is_printed = is_text and (prints_all or _is_constrained(schema, field))
        if is_printed or field.type in _DSNS:
            return field.name
    return ""


def _is_constrained(schema: Schema, field: Field) -> bool:
    """Say whether a value of a field can be refused."""
    is_validated = any(field.name in v.fields for v in schema.field_validators)
    return is_validated or bool(field.options(*_CONSTRAINTS))
