"""Configuration keys of Pydantic V1 in models of Pydantic 2."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.pydantic import DICTS, schemas

_RENAMED = {
    "allow_population_by_field_name": "populate_by_name",
    "anystr_lower": "str_to_lower",
    "anystr_strip_whitespace": "str_strip_whitespace",
    "anystr_upper": "str_to_upper",
    "keep_untouched": "ignored_types",
    "max_anystr_length": "str_max_length",
    "min_anystr_length": "str_min_length",
    "orm_mode": "from_attributes",
    "schema_extra": "json_schema_extra",
    "validate_all": "validate_default",
}
_REMOVED = {
    "allow_mutation", "copy_on_model_validation", "error_msg_templates", "fields", "getter_dict",
    "json_dumps", "json_loads", "post_init_call", "smart_union", "underscore_attrs_are_private",
}  # fmt: skip
_V1_ONLY = {
    "pydantic.BaseSettings", "pydantic.PyObject", "pydantic.utils.GetterDict",
    "pydantic.ModelField",
    "pydantic.env_settings.BaseSettings", "pydantic.generics.GenericModel",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first leftover of each class."""
    if _has_v1(program):
        return
    for schema in schemas(program):
        written = _keys(schema.node)
        leftovers = [(node, key) for node, key in written if key in _RENAMED or key in _REMOVED]
        if leftovers:
            node, key = leftovers[0]
            now = f", now `{_RENAMED[key]}`" if key in _RENAMED else ", which is no more"
            others = f", and {len(leftovers) - 1} more" if len(leftovers) > 1 else ""
            yield node.hit(
                f"Pydantic 2 ignores `{key}`{now}{others} in the configuration of `{schema.name}`"
            )


def _keys(cls: Node) -> Iterator[tuple[Node, str]]:
    """Yield the keys that the class itself configures, each with where it stands."""
    yield from _keywords(cls)
    for statement in cls.body:
        if statement.is_class and statement.name == "Config":
            for inner in statement.body:
                yield from ((inner, node.name) for node in inner.targets or [inner])
        if "model_config" in [target.name for target in statement.targets]:
            value = statement.assigned
            yield from _keywords(value) if value.called in DICTS else ()
            yield from ((key, str(key.literal)) for key, _ in value.entries)


def _keywords(node: Node) -> Iterator[tuple[Node, str]]:
    """Yield what a class or call is given by name, not the values."""
    if isinstance(node.ast, (ast.ClassDef, ast.Call)):
        yield from ((node.at(key), key.arg or "") for key in node.ast.keywords)


def _has_v1(program: Program) -> bool:
    """Say whether the program imports what only Pydantic 1 has."""
    return any(
        f"{node.module}.{alias.name}" in _V1_ONLY
        for module in program.code
        for node in module.nodes(ast.ImportFrom)
        for alias in node.names
    )
