"""A list in the settings whose before-validator is never reached."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.pydantic import Field, Schema, settings
from fastapi_pro.auditing.model import limits

_LISTS = {
    "builtins.list", "builtins.set", "builtins.tuple", "builtins.frozenset", "builtins.dict",
    "collections.abc.Sequence", "collections.abc.Iterable", "collections.abc.Collection",
    "collections.abc.Mapping", "collections.abc.Set",
}  # fmt: skip
_DICTS = ("builtins.dict", "collections.abc.Mapping")
_UNIONS = ("typing.Optional", "typing.Union")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each list field of settings with a before-validator and without NoDecode."""
    for schema in settings(program):
        if not schema.is_config_known or "enable_decoding" in schema.config:
            continue
        for field in schema.fields.values():
            if _is_decoded(field) and _has_before(schema, field):
                text = "a=1" if _base(field) in _DICTS else "a,b"
                yield field.node.hit(
                    f"`{field.name}` is decoded as JSON before its validator runs: `{text}` and an"
                    " empty value end the start with SettingsError"
                )


def _is_decoded(field: Field) -> bool:
    """Say whether a field is a list and nothing else: a union lets the text through."""
    if _base(field) not in _LISTS or _is_union(field.node.annotation):
        return False
    return all(item.library_name != "pydantic_settings.NoDecode" for item in field.metadata)


def _base(field: Field) -> str:
    return (field.annotation.generic or field.annotation).library_name


def _is_union(annotation: Node) -> bool:
    """Say whether an annotation is a union, `| None` also, below `Annotated` and aliases."""
    for _ in range(limits.NAMES):
        annotation = annotation.at(annotation.module.read_annotation(annotation.ast))
        if isinstance(annotation.ast, ast.BinOp):
            return True
        if name := annotation.generic.library_name:
            if name != "typing.Annotated":
                return name in _UNIONS
            annotation = annotation.index.elements[0]
        elif annotation.dotted and annotation.definition:
            annotation = annotation.definition
        else:
            break
    return False


def _has_before(schema: Schema, field: Field) -> bool:
    before = [validator for validator in schema.field_validators if validator.is_before]
    return any(field.name in validator.fields for validator in before) or any(
        item.called == "pydantic.BeforeValidator" for item in field.metadata
    )
