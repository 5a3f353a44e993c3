"""A list in the settings whose before-validator is never reached."""

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
from fastapi_pro.auditing.model.legacy import At, Program, keyword

_LISTS = {
    "builtins.list", "builtins.set", "builtins.tuple", "builtins.frozenset", "builtins.dict",
    "collections.abc.Sequence", "collections.abc.Iterable", "collections.abc.Collection",
    "collections.abc.Mapping", "collections.abc.Set",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield each list field of settings with a before-validator and without NoDecode."""
    seen: set[ast.AST] = set()
    for cls in program.fact(schemas):
        if not is_settings(program, cls) or "**" in (options := config(program, cls)):
            continue
        decoding = options.get("enable_decoding")
        if decoding is not None:
            continue
        for field in fields(program, cls).values():
            if field.node in seen or not _is_list(program, field):
                continue
            if any(
                program.name_of(at.module, at.node) == "pydantic_settings.NoDecode"
                for at in field.metadata
            ):
                continue
            if _has_before(program, cls, field):
                seen.add(field.node)
                yield Hit(
                    field.module, field.node,
                    f"`{field.name}` is decoded as JSON before its validator runs: `a,b` and an"
                    " empty value end the start with SettingsError",
                )  # fmt: skip


def _is_list(program: Program, field: Field) -> bool:
    """Say whether a field is a list and nothing else: a union with `str` lets the text through."""
    if field.annotation is None:
        return False
    node = field.annotation.node
    kind = node.value if isinstance(node, ast.Subscript) else node
    return program.name_of(field.annotation.module, kind) in _LISTS


def _has_before(program: Program, cls: At, field: Field) -> bool:
    if any(
        program.call_name(at.module, at.node) == "pydantic.BeforeValidator" for at in field.metadata
    ):
        return True
    for name, option, value in (("field_validator", "mode", "before"), ("validator", "pre", True)):
        for method, call in validators(program, cls, name):
            if call is None or program.constant(method.module, keyword(call, option)) != value:
                continue
            if field.name in [program.constant(method.module, arg) for arg in call.args]:
                return True
    return False
