"""`response_model_exclude_unset` that is to hide what the response model does not name."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_responses import http_routes, response_schema, returned
from fastapi_pro.auditing.libraries.pydantic import Field, config, fields, is_schema
from fastapi_pro.auditing.model.legacy import At, Program, keyword


def detect(program: Program) -> Iterator[Hit]:
    """Yield the options of endpoints that return more keys than the model has, and fewer too.

    The more: somebody filters. The fewer: that is what the option drops.
    """
    for route in program.fact(http_routes):
        option = keyword(route.call, "response_model_exclude_unset")
        if not isinstance(option, ast.Constant) or option.value is not True:
            continue
        schema = response_schema(program, route)
        if schema is None or not is_schema(program, schema):
            continue
        for _, value in returned(program, route):
            keys = _keys(program, value)
            named = _names(program, schema)
            if keys is None or named is None:
                continue
            private = sorted(keys - {name for names in named.values() for name in names})
            dropped = sorted(name for name, names in named.items() if not names & keys)
            if private and dropped:
                assert isinstance(schema.node, ast.ClassDef)
                yield Hit(
                    route.module, option,
                    f"the option drops `{dropped[0]}` from the answers of `{route.node.name}`, not"
                    f" `{private[0]}`: `{schema.node.name}` does not name that anyway",
                )  # fmt: skip
                break


def _keys(program: Program, value: At) -> set[str] | None:
    """Return the keys of a dict that is written out."""
    if isinstance(value.node, ast.Dict):
        keys = [program.constant(value.module, k) if k else None for k in value.node.keys]
        return {k for k in keys if isinstance(k, str)} if all(k is not None for k in keys) else None
    if program.call_name(value.module, value.node) == "builtins.dict":
        assert isinstance(value.node, ast.Call)
        if not value.node.args and all(k.arg for k in value.node.keywords):
            return {k.arg or "" for k in value.node.keywords}
    return None


def _names(program: Program, schema: At) -> dict[str, set[str]] | None:
    """Return the names under which each field is set; None where they cannot be read."""
    settings = config(program, schema)
    if {"**", "alias_generator", "extra"} & set(settings):
        return None
    return {name: {name, *_aliases(field)} for name, field in fields(program, schema).items()}


def _aliases(field: Field) -> set[str]:
    return {
        k.value.value
        for at in field.metadata
        if isinstance(at.node, ast.Call)
        for k in at.node.keywords
        if k.arg in ("alias", "validation_alias")
        and isinstance(k.value, ast.Constant) and isinstance(k.value.value, str)
    }  # fmt: skip
