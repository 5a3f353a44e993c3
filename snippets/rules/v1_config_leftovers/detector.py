"""Configuration keys of Pydantic V1 in models of Pydantic 2."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.deployment import declared
from fastapi_pro.auditing.libraries.pydantic import schemas
from fastapi_pro.auditing.model.legacy import At, Module, Program

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
_DICTS = {"pydantic.ConfigDict", "pydantic_settings.SettingsConfigDict", "builtins.dict"}
_V1_ONLY = {
    "pydantic.BaseSettings", "pydantic.PyObject", "pydantic.utils.GetterDict",
    "pydantic.fields.ModelField",
    "pydantic.env_settings.BaseSettings", "pydantic.generics.GenericModel",
}  # fmt: skip
_OLD_PYDANTIC = re.compile(r"(==|\^|~=?)\s*1\b|<=?\s*(1\b|2(\.0)*\s*(,|$|;))")
_OLD_FASTAPI = re.compile(r"(==|\^|~=?)\s*0\.\d\d\.")  # FastAPI knows Pydantic 2 from 0.100 on


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first leftover of each class."""
    if _has_v1(program):
        return
    for cls in program.fact(schemas):
        leftovers = [
            (node, name)
            for node, name in _keys(program, cls)
            if name in _RENAMED or name in _REMOVED
        ]
        if leftovers:
            assert isinstance(cls.node, ast.ClassDef)
            node, name = leftovers[0]
            now = f", now `{_RENAMED[name]}`" if name in _RENAMED else ", which is no more"
            others = f", and {len(leftovers) - 1} more" if len(leftovers) > 1 else ""
            yield Hit(
                cls.module, node,
                f"Pydantic 2 ignores `{name}`{now}{others} in the configuration of"
                f" `{cls.node.name}`",
            )  # fmt: skip


def _keys(program: Program, cls: At) -> Iterator[tuple[ast.AST, str]]:
    """Yield the keys that the class itself configures, each with where it stands."""
    assert isinstance(cls.node, ast.ClassDef)
    for key in cls.node.keywords:
        yield key, key.arg or ""
    for statement in cls.node.body:
        match statement:
            case ast.ClassDef(name="Config", body=body):
                for inner in body:
                    match inner:
                        case ast.Assign(targets=[ast.Name(id=name)]):
                            yield inner, name
                        case ast.AnnAssign(target=ast.Name(id=name)):
                            yield inner, name
                        case ast.FunctionDef(name=name):
                            yield inner, name
            case ast.Assign(targets=[ast.Name(id="model_config")], value=value):
                yield from _entries(program, cls.module, value)
            case ast.AnnAssign(target=ast.Name(id="model_config"), value=ast.expr() as value):
                yield from _entries(program, cls.module, value)


def _entries(program: Program, module: Module, value: ast.expr) -> Iterator[tuple[ast.AST, str]]:
    if isinstance(value, ast.Call) and program.call_name(module, value) in _DICTS:
        yield from ((key, key.arg or "") for key in value.keywords)
    elif isinstance(value, ast.Dict):
        for entry in value.keys:
            if isinstance(entry, ast.Constant) and isinstance(entry.value, str):
                yield entry, entry.value


def _has_v1(program: Program) -> bool:
    """Say whether the program runs with Pydantic 1: it pins it, or imports what only that has."""
    if any(_OLD_PYDANTIC.search(r.versions) for r in declared(program, "pydantic")):
        return True
    if any(_OLD_FASTAPI.search(r.versions) for r in declared(program, "fastapi")):
        return True
    return any(
        f"{node.module}.{alias.name}" in _V1_ONLY
        for module in program.code
        for node in module.nodes(ast.ImportFrom)
        for alias in node.names
    )
