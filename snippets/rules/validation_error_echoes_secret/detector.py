"""Validation errors that repeat what was sent, where that has a password in it."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_fastapi import (
    apps,
    depends,
    exception_handlers,
    param_type,
    params,
)
from fastapi_pro.auditing.libraries.legacy_responses import http_routes
from fastapi_pro.auditing.libraries.pydantic import Field, fields, is_schema, nested, validators
from fastapi_pro.auditing.libraries.request_values import is_filled_otherwise
from fastapi_pro.auditing.libraries.sqlalchemy_models import SECRET
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    annotation_type,
    argument,
    own_nodes,
)

_SECRETS = {"pydantic.SecretStr", "pydantic.SecretBytes"}
_HANDLED = "RequestValidationError"
_CONSTRAINTS = {"min_length", "max_length", "pattern", "regex"}
_OF_REQUESTS = {f"fastapi.{name}" for name in ("Query", "Path", "Header", "Cookie")}
_DEPTH = 2  # of schemas inside schemas
_HARMLESS = ("_type", "_id", "_url", "_uri", "_name", "_hint", "_prefix", "_expires", "_at")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first secret that FastAPI's own error repeats, or the handlers that do the same."""
    if not program.fact(apps):
        return
    secrets = (s for route in program.fact(http_routes) for s in _echoed(program, route.function))
    first = next(secrets, None)
    if first is None:
        return
    module, node, name, owner = first
    if not _is_named(program):
        yield Hit(
            module, node,
            f"`{name}` of `{owner}` comes back in the 422 when it or another field is wrong: no"
            " handler of `RequestValidationError` leaves `input` out",
        )  # fmt: skip
    for handler in _repeating(program):
        yield Hit(
            *handler,
            f"the handler sends the errors with their `input`: `{name}` of `{owner}` comes back in"
            " the 422",
        )


def _is_named(program: Program) -> bool:
    """Say whether the program names the error: then it handles it, one way or another."""
    return any(
        any(alias.name == _HANDLED for alias in module.nodes(ast.alias))
        or any(node.attr == _HANDLED for node in module.nodes(ast.Attribute))
        for module in program.code
    )


def _repeating(program: Program) -> Iterator[tuple[Module, ast.AST]]:
    """Yield `exc.errors()` and `exc.body` where a handler puts them whole into a response."""
    for module, _, key, function in exception_handlers(program):
        if not program.name_of(module, key).endswith(f".{_HANDLED}") or function is None:
            continue
        if not isinstance(function.node, FUNCTIONS) or len(function.node.args.args) < 2:
            continue
        error = function.node.args.args[-1].arg
        for node in own_nodes(function.node):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="errors")):
                    is_whole = name == error
                case ast.Attribute(value=ast.Name(id=name), attr="body"):
                    is_whole = name == error
                case _:
                    is_whole = False
            if is_whole and _is_sent(function.module, node):
                yield function.module, node
                break


def _is_sent(module: Module, node: ast.AST) -> bool:
    """Say whether an expression is part of a response as it is, not picked apart."""
    for above in module.ancestors(node):
        match above:
            case ast.Call(func=ast.Name(id=name)) | ast.Call(func=ast.Attribute(attr=name)):
                if name.endswith("Response"):
                    return True
                if name != "jsonable_encoder":
                    return False
            case ast.Dict() | ast.keyword() | ast.List():
                continue
            case _:
                return False
    return False


def _echoed(program: Program, function: At) -> Iterator[tuple[Module, ast.AST, str, str]]:
    """Yield the secrets of an endpoint's body that an error can repeat: module, node, names."""
    for param in params(program, function):
        if depends(program, param) is not None or is_filled_otherwise(program, param):
            continue
        if param.marker(program, *_OF_REQUESTS) is not None:
            continue
        kind = param_type(program, param)
        if isinstance(kind, At) and is_schema(program, kind):
            yield from _secrets(program, kind, 0)
        elif (
            param.marker(program, "fastapi.Form", "fastapi.Body") is not None
            and _is_secret(program, param.name, param.annotation)
            and _is_constrained(param.metadata)
        ):
            assert isinstance(function.node, FUNCTIONS)
            yield param.module, param.arg, param.name, function.node.name


def _secrets(
    program: Program, schema: At, depth: int
) -> Iterator[tuple[Module, ast.AST, str, str]]:
    """Yield the secret fields of a schema that an error of the schema can repeat."""
    assert isinstance(schema.node, ast.ClassDef)
    known = fields(program, schema)
    for field in known.values():
        if _is_secret(program, field.name, field.annotation):
            # a missing field repeats the whole body; a constraint repeats its own value
            others_required = any(_is_required(f) for f in known.values() if f is not field)
            if others_required or _is_constrained(field.metadata) or _is_validated(program, schema):
                yield field.module, field.node, field.name, schema.node.name
        elif depth < _DEPTH:
            for inner in nested(program, field.annotation):
                yield from _secrets(program, inner, depth + 1)


def _is_secret(program: Program, name: str, annotation: At | None) -> bool:
    if annotation is None or name.endswith(_HARMLESS):
        return False
    kind = annotation_type(program, annotation.module, annotation.node)
    return kind in _SECRETS or (kind == "builtins.str" and SECRET.search(name) is not None)


def _is_constrained(metadata: tuple[At, ...]) -> bool:
    return any(
        isinstance(at.node, ast.Call) and any(k.arg in _CONSTRAINTS for k in at.node.keywords)
        for at in metadata
    )


def _is_validated(program: Program, schema: At) -> bool:
    return bool(validators(program, schema, "field_validator", "model_validator", "validator"))


def _is_required(field: Field) -> bool:
    if field.default is None:
        return True
    if not isinstance(field.default, ast.Call):
        return False
    first = argument(field.default, 0, "default")
    has_factory = any(k.arg in ("default_factory", None) for k in field.default.keywords)
    is_ellipsis = isinstance(first, ast.Constant) and first.value is ...
    return (first is None or is_ellipsis) and not has_factory
