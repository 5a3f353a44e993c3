"""Which numbers an input takes."""

import ast
import math

from fastapi_pro.auditing.libraries.request_values import Input
from fastapi_pro.auditing.model.legacy import (
    At,
    Module,
    Program,
    annotation_type,
    argument,
    has_unpacking,
    keyword,
)

_INTEGERS = {
    "builtins.int",
    "pydantic.PositiveInt",
    "pydantic.NonNegativeInt",
    "pydantic.StrictInt",
}
_BOUNDING = {
    *(f"fastapi.{name}" for name in ("Path", "Query", "Header", "Cookie", "Body", "Form")),
    "pydantic.Field", "pydantic.conint", "sqlmodel.Field", "dataclasses.field",
    "annotated_types.Le", "annotated_types.Lt", "annotated_types.Interval",
}  # fmt: skip
_BOUNDLESS = {"annotated_types.Ge", "annotated_types.Gt", "typing.Doc"}


def upper_bound(program: Program, given: Input) -> float | None:
    """Return the largest integer that an input takes, `inf` for no bound, None for unknown."""
    at = given.annotation
    if at is None:
        return None
    metadata = list(given.metadata)
    if isinstance(at.node, ast.Call):
        if program.call_name(at.module, at.node) != "pydantic.conint":
            return None
        metadata.append(at)
    elif annotation_type(program, at.module, at.node) not in _INTEGERS:
        return None
    if isinstance(given.default, (ast.Name, ast.Attribute)):
        default = program.value(given.module, given.default)
        if default is not None and isinstance(default.node, ast.Call):
            metadata.append(default)
    bounds = [_bound_of(program, item) for item in metadata]
    return None if None in bounds else min(filter(None, bounds), default=math.inf)


def _bound_of(program: Program, metadata: At) -> float | None:
    """Return the upper bound that one item of the metadata gives; None where it cannot be read."""
    if isinstance(metadata.node, ast.Constant):
        return math.inf
    item = program.value(metadata.module, metadata.node)
    if item is None or not isinstance(item.node, ast.Call):
        return None
    name = program.call_name(item.module, item.node)
    if name in _BOUNDLESS:
        return math.inf
    if name not in _BOUNDING or has_unpacking(item.node):
        return None
    bound = math.inf
    for key in ("le", "lt"):
        is_its_own = name == f"annotated_types.{key.title()}"
        given = argument(item.node, 0, key) if is_its_own else keyword(item.node, key)
        if given is None or (isinstance(given, ast.Constant) and given.value is None):
            continue
        value = number(program, item.module, given)
        if value is None:
            return None
        bound = min(bound, value)
    return bound


def number(program: Program, module: Module, expr: ast.AST) -> float | None:
    """Return the value of a number or of arithmetic with numbers, such as `2**31 - 1`."""
    found = program.value(module, expr)
    match found.node if found is not None else None:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return float(value) if abs(value) < 10**300 else math.inf
        case ast.BinOp(left=left, op=op, right=right):
            assert found is not None
            a, b = number(program, found.module, left), number(program, found.module, right)
            if a is None or b is None:
                return None
            match op:
                case ast.Pow() if abs(a) < 1000 and 0 <= b < 100:
                    return float(a**b)
                case ast.Mult():
                    return a * b
                case ast.Sub():
                    return a - b
                case ast.Add():
                    return a + b
    return None
