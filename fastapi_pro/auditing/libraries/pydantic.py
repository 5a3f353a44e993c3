"""What Pydantic sees of a program: models, settings, their fields and configuration."""

import ast
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.legacy_fastapi import unwrap
from fastapi_pro.auditing.model.legacy import FUNCTIONS, At, Module, Program

_BASES = {
    "pydantic.BaseModel",
    "pydantic_settings.BaseSettings",
    "sqlmodel.SQLModel",
    "pydantic.RootModel",
}
_CONFIGS = {
    "pydantic.ConfigDict",
    "pydantic_settings.SettingsConfigDict",
    "builtins.dict",
    "sqlmodel.SQLModelConfig",
}


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A field. `annotation` and `metadata` as in `web.unwrap`; `default` may be a `Field(...)`."""

    name: str
    module: Module
    node: ast.AnnAssign
    annotation: At | None
    metadata: tuple[At, ...]
    default: ast.expr | None


def schemas(program: Program) -> list[At]:
    """Return the Pydantic classes outside tests; for `program.fact`."""
    return [cls for cls in program.classes if not cls.module.is_test and is_schema(program, cls)]


def is_schema(program: Program, cls: At) -> bool:
    """Say whether a class is a Pydantic model."""
    return bool(program.bases(cls) & _BASES)


def is_settings(program: Program, cls: At) -> bool:
    """Say whether a class reads settings from the environment."""
    return "pydantic_settings.BaseSettings" in program.bases(cls)


def fields(program: Program, cls: At) -> dict[str, Field]:
    """Return the fields of a Pydantic class, inherited ones too."""
    found: dict[str, Field] = {}
    for above in reversed(list(program.lineage(cls))):
        assert isinstance(above.node, ast.ClassDef)
        for node in above.node.body:
            if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
                continue
            annotation, metadata = unwrap(program, above.module, node.annotation)
            is_class_variable = (
                annotation is not None and isinstance(annotation.node, ast.Subscript)
                and program.name_of(annotation.module, annotation.node.value) == "typing.ClassVar"
            )  # fmt: skip
            name = node.target.id
            if name == "model_config" or name.startswith("_") or is_class_variable:
                continue
            if isinstance(node.value, ast.Call):
                metadata = (*metadata, At(above.module, node.value))
            found[name] = Field(name, above.module, node, annotation, metadata, node.value)
    return found


def config(program: Program, cls: At) -> dict[str, At]:
    """Return the configuration of a Pydantic class by key: `model_config`, class keywords, Config.

    A key "**" says that some of it could not be read.
    """
    found: dict[str, At] = {}
    for above in reversed(list(program.lineage(cls))):
        assert isinstance(above.node, ast.ClassDef)
        for key in above.node.keywords:
            if key.arg is not None and key.arg != "table":
                found[key.arg] = At(above.module, key.value)
        for node in above.node.body:
            if isinstance(node, ast.ClassDef) and node.name == "Config":
                for name, bound in above.module.bindings(node).items():
                    found[name] = At(above.module, bound[-1].node)
        bound_config = above.module.bindings(above.node).get("model_config")
        if bound_config and bound_config[-1].kind == "assign":
            _read(program, program.value(above.module, bound_config[-1].node), found)
    return found


def _read(program: Program, at: At | None, found: dict[str, At]) -> None:
    if (
        at is not None
        and isinstance(at.node, ast.Call)
        and program.name_of(at.module, at.node.func) in _CONFIGS
    ):
        for key in at.node.keywords:
            found[key.arg or "**"] = At(at.module, key.value)
    elif at is not None and isinstance(at.node, ast.Dict):
        for entry, value in zip(at.node.keys, at.node.values, strict=True):
            name = entry.value if isinstance(entry, ast.Constant) else "**"
            found[str(name)] = At(at.module, value)
    elif at is not None:
        found["**"] = at


def is_true(config_: dict[str, At], key: str) -> bool:
    """Say whether a key of the configuration is literally True."""
    at = config_.get(key)
    return at is not None and isinstance(at.node, ast.Constant) and at.node.value is True


def validators(program: Program, cls: At, *names: str) -> list[tuple[At, ast.Call | None]]:
    """Return the methods decorated with these functions of Pydantic ("field_validator", …)."""
    wanted = {f"pydantic.{name}" for name in names}
    found: list[tuple[At, ast.Call | None]] = []
    for above in program.lineage(cls):
        assert isinstance(above.node, ast.ClassDef)
        for method in above.node.body:
            for decorator in method.decorator_list if isinstance(method, FUNCTIONS) else ():
                call = decorator if isinstance(decorator, ast.Call) else None
                if program.name_of(above.module, call.func if call else decorator) in wanted:
                    found.append((At(above.module, method), call))
    return found


def nested(program: Program, annotation: At | None) -> list[At]:
    """Return the Pydantic classes anywhere in an annotation: `list[Item]`, `dict[str, Item]`."""
    found: list[At] = []
    stack = [annotation] if annotation is not None else []
    for _ in range(50):
        if not stack:
            break
        at = stack.pop()
        base, _metadata = unwrap(program, at.module, at.node)
        if base is None:
            continue
        if isinstance(base.node, ast.Subscript):
            inner = base.node.slice
            stack += [
                At(base.module, e)
                for e in (inner.elts if isinstance(inner, ast.Tuple) else [inner])
            ]
        elif isinstance(base.node, ast.BinOp):
            stack += [At(base.module, base.node.left), At(base.module, base.node.right)]
        else:
            origin = program.resolve(base.module, base.node)
            if (
                isinstance(origin, At)
                and isinstance(origin.node, ast.ClassDef)
                and is_schema(program, origin)
            ):
                found.append(origin)
    return found
