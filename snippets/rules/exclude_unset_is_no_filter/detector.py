"""`response_model_exclude_unset` that is to hide what the response model does not name."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.pydantic import Schema, schema_of


def detect(program: Program) -> Iterator[Hit]:
    """Yield the options of endpoints that return more keys than the model has, and fewer too.

    The more: somebody filters. The fewer: that is what the option drops.
    """
    for endpoint in http_endpoints(program):
        option = endpoint.call.keyword("response_model_exclude_unset")
        schema = schema_of(endpoint.response_schema) if option.literal is True else None
        if schema is None or not _is_readable(schema):
            continue
        named = _names(schema)
        for keys in (_keys(value) for _, value in endpoint.answers):
            private = sorted(keys - {name for names in named.values() for name in names})
            dropped = sorted(name for name, names in named.items() if not names & keys)
            if private and dropped:
                yield option.hit(
                    f"this drops `{dropped[0]}` from the answers of `{endpoint.name}`; it does not"
                    f" hide `{private[0]}`, which `{schema.name}` leaves out anyway"
                )
                break


def _keys(value: Node) -> set[str]:
    """Return the keys of a dict that is written out, none of one that is not."""
    if isinstance(value.ast, ast.Dict):
        keys = [key.constant for key, _ in value.entries]
        return set() if None in keys else {key for key in keys if isinstance(key, str)}
    is_written = value.called == "builtins.dict" and not value.args and not value.has_unpacking
    return set(value.keywords) if is_written else set()


def _is_readable(schema: Schema) -> bool:
    """Say whether the names under which its fields are set can be read."""
    return schema.is_config_known and not {"alias_generator", "extra"} & schema.config.keys()


def _names(schema: Schema) -> dict[str, set[str]]:
    """Return the names under which each field is set."""
    found = {}
    for name, field in schema.fields.items():
        aliases = [option.literal for option in field.options("alias", "validation_alias")]
        found[name] = {name, *(alias for alias in aliases if isinstance(alias, str))}
    return found
