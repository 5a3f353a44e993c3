"""A list in the settings whose before-validator is never reached, or that is given `a,b`."""

import ast
import json
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.launches import Variable, variables
from fastapi_pro.auditing.libraries.pydantic import Field, Schema, settings

_LISTS = {
    "builtins.list", "builtins.set", "builtins.tuple", "builtins.frozenset", "builtins.dict",
    "collections.abc.Sequence", "collections.abc.Iterable", "collections.abc.Collection",
    "collections.abc.Mapping", "collections.abc.Set",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield each list field without NoDecode that has a before-validator, or is given no JSON."""
    for schema in settings(program):
        if not schema.is_config_known or "enable_decoding" in schema.config:
            continue
        for field in schema.fields.values():
            has_before = _has_before(schema, field)
            if not _is_decoded(field) or (has_before and _may_be_none(field)):
                continue
            given = _given(program, schema, field)
            if given is not None:
                where = f"{given.source.path.name} line {given.value.line}"
                yield field.node.hit(
                    f"{where} gives `{field.name}` the text `{given.value.text}`, which is no"
                    " JSON: the service ends at the start",
                    severity="high",
                )
            elif has_before:
                yield field.node.hit(
                    f"`{field.name}` is decoded as JSON before its validator runs: `a,b` and an"
                    " empty value end the start with SettingsError"
                )


def _given(program: Program, schema: Schema, field: Field) -> Variable | None:
    """Return the variable that gives a field a text that is no JSON."""
    found = variables(program)
    name = _variable(schema, field) if found else ""
    for variable in found if name else ():
        value = variable.value
        is_empty = not value.text and "env_ignore_empty" in schema.config
        if variable.name.lower() == name.lower() and value.is_known and not is_empty:
            try:
                json.loads(value.text)
            except ValueError:
                return variable
    return None


def _variable(schema: Schema, field: Field) -> str:
    """Return the name of the variable that a field is read from, "" where that is not plain."""
    if field.options("validation_alias", "alias", "env"):
        alias = field.options("validation_alias", "alias", "env")[0].constant
        return alias if isinstance(alias, str) else ""
    prefix = schema.config.get("env_prefix")
    written = "" if prefix is None else prefix.constant
    return f"{written}{field.name}" if isinstance(written, str) else ""


def _may_be_none(field: Field) -> bool:
    """Say whether `None` is allowed: then a text that is no JSON is left to the validators."""
    return any(
        part.is_none or part.last_name == "Optional"
        for part in field.node.annotation.walk(ast.Constant, ast.Name, ast.Attribute)
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
