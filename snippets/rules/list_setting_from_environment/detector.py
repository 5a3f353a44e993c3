"""A list in the settings whose before-validator is never reached."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.pydantic import Field, Schema, settings

_LISTS = {
    "builtins.list", "builtins.set", "builtins.tuple", "builtins.frozenset", "builtins.dict",
    "collections.abc.Sequence", "collections.abc.Iterable", "collections.abc.Collection",
    "collections.abc.Mapping", "collections.abc.Set",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield each list field of settings with a before-validator and without NoDecode."""
    for schema in settings(program):
        if not schema.is_config_known or "enable_decoding" in schema.config:
            continue
        for field in schema.fields.values():
            if _is_decoded(field) and _has_before(schema, field):
                yield field.node.hit(
                    f"`{field.name}` is decoded as JSON before its validator runs: `a,b` and an"
                    " empty value end the start with SettingsError"
                )


def _is_decoded(field: Field) -> bool:
    """Say whether a field is a list and nothing else: a union with `str` lets the text through."""
    if (field.annotation.generic or field.annotation).library_name not in _LISTS:
        return False
    return all(item.library_name != "pydantic_settings.NoDecode" for item in field.metadata)


def _has_before(schema: Schema, field: Field) -> bool:
    before = [validator for validator in schema.field_validators if validator.is_before]
    return any(field.name in validator.fields for validator in before) or any(
        item.called == "pydantic.BeforeValidator" for item in field.metadata
    )
