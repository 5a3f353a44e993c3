"""A returned instance of the response schema, whose model validator changes it again."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_responses import http_routes, response_schema, returned
from fastapi_pro.auditing.libraries.pydantic import is_schema, validators
from fastapi_pro.auditing.model.legacy import FUNCTIONS, At, Program, own_nodes

_CONSTRUCTORS = ("model_validate", "model_validate_json", "from_orm", "parse_obj")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that validate what FastAPI validates again, one for each endpoint."""
    seen: set[ast.AST] = set()
    for route in program.fact(http_routes):
        schema = response_schema(program, route)
        if schema is None or route.node in seen or not is_schema(program, schema):
            continue
        validator = _changes(program, schema)
        if validator is None:
            continue
        for _, value in returned(program, route):
            if _makes(program, value, schema):
                seen.add(route.node)
                assert isinstance(schema.node, ast.ClassDef)
                yield Hit(
                    value.module, value.node,
                    f"`{route.node.name}` returns a `{schema.node.name}`, which FastAPI validates"
                    f" again: `{validator}` runs a second time, on its own result",
                )  # fmt: skip
                break


def _makes(program: Program, value: At, schema: At) -> bool:
    if not isinstance(value.node, ast.Call):
        return False
    func = value.node.func
    if isinstance(func, ast.Attribute) and func.attr in _CONSTRUCTORS:
        func = func.value
    return program.resolve(value.module, func) == schema


def _changes(program: Program, schema: At) -> str | None:
    """Return the name of a model validator that sets something; one that checks may run twice."""
    for function, _ in validators(program, schema, "model_validator"):
        assert isinstance(function.node, FUNCTIONS)
        for node in own_nodes(function.node):
            targets: list[ast.expr] = []
            if isinstance(node, ast.Assign):
                targets = node.targets
            elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
                targets = [node.target]
            if any(isinstance(target, (ast.Attribute, ast.Subscript)) for target in targets):
                return function.node.name
    return None
