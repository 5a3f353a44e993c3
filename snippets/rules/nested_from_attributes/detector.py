"""A nested schema without `from_attributes`, below one that is validated from an ORM object."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.pydantic import (
    Field,
    config,
    fields,
    is_schema,
    is_true,
    nested,
    validators,
)
from fastapi_pro.auditing.libraries.sqlalchemy_models import models
from fastapi_pro.auditing.model.legacy import At, Module, Program, argument, keyword, type_of


def detect(program: Program) -> Iterator[Hit]:
    """Yield the nested classes that refuse the objects of a relationship."""
    seen: set[At] = set()
    for module in program.code:
        for call in module.nodes(ast.Call):
            schema = _validated(program, module, call)
            if schema is None or schema in seen:
                continue
            for field in _related(program, module, call, schema):
                for inner in nested(program, field.annotation):
                    if inner not in seen and _lacks(program, inner):
                        seen.add(inner)
                        assert isinstance(inner.node, ast.ClassDef)
                        assert isinstance(schema.node, ast.ClassDef)
                        yield Hit(
                            inner.module, inner.node,
                            f"`{inner.node.name}` lacks the `from_attributes` of"
                            f" `{schema.node.name}`: an object fails at its field `{field.name}`",
                        )  # fmt: skip


def _validated(program: Program, module: Module, call: ast.Call) -> At | None:
    """Return S of `S.model_validate(x)` where S reads objects."""
    func = call.func
    if not isinstance(func, ast.Attribute) or func.attr not in ("model_validate", "from_orm"):
        return None
    if keyword(call, "from_attributes") is not None or any(k.arg is None for k in call.keywords):
        return None
    schema = program.resolve(module, func.value)
    if (
        isinstance(schema, At) and isinstance(schema.node, ast.ClassDef)
        and is_schema(program, schema) and is_true(config(program, schema), "from_attributes")
        and not validators(program, schema, "model_validator", "root_validator")
    ):  # fmt: skip
        return schema
    return None


def _related(program: Program, module: Module, call: ast.Call, schema: At) -> Iterator[Field]:
    """Yield the fields that are read from a relationship of the object."""
    known = program.fact(models)
    given = type_of(program, module, argument(call, 0, "obj"))
    if isinstance(given, At) and given in known:
        candidates = [known[given]]
    elif given is None:
        # the object's class is unknown: it is one whose relationships the schema names
        candidates = list(known.values())
    else:
        return
    for field in fields(program, schema).values():
        converted = any(
            isinstance(arg, ast.Constant) and arg.value in (field.name, "*")
            for _, decorator in validators(program, schema, "field_validator", "validator")
            for arg in (decorator.args if decorator is not None else ())
        )
        is_renamed = any(
            isinstance(at.node, ast.Call)
            and any(k.arg in ("alias", "validation_alias", None) for k in at.node.keywords)
            for at in field.metadata
        )
        is_plain = not any(
            isinstance(at.node, ast.Call)
            and program.call_name(at.module, at.node).endswith("Validator")
            for at in field.metadata
        )
        if converted or is_renamed or not is_plain:
            continue
        if any(field.name in model.relationships for model in candidates):
            yield field


def _lacks(program: Program, schema: At) -> bool:
    settings = config(program, schema)
    return "from_attributes" not in settings and "**" not in settings and (
        not validators(program, schema, "model_validator", "root_validator")
    )  # fmt: skip
