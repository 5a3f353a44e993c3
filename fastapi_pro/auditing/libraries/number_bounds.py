"""Which numbers an input accepts."""

import ast
import math

from fastapi_pro.auditing.libraries.request_values import Input
from fastapi_pro.auditing.model.node import Node

_INTEGERS = (
    "builtins.int", "pydantic.PositiveInt", "pydantic.NonNegativeInt", "pydantic.StrictInt",
)  # fmt: skip
_OF_PARAMETERS = {
    f"fastapi.{name}" for name in ("Path", "Query", "Header", "Cookie", "Body", "Form")
}
_BOUNDING = {
    *_OF_PARAMETERS,
    "pydantic.Field", "pydantic.conint", "sqlmodel.Field", "dataclasses.field",
    "annotated_types.Le", "annotated_types.Lt", "annotated_types.Interval",
}  # fmt: skip
_BOUNDLESS = {"annotated_types.Ge", "annotated_types.Gt", "typing.Doc"}


def upper_bound(given: Input) -> float | None:
    """Return the largest integer that an input accepts, `inf` for no bound, None for unknown."""
    annotation, metadata = given.annotation, list(given.metadata)
    if annotation.called == "pydantic.conint":
        metadata.append(annotation)
    elif annotation.is_call or annotation.annotated not in _INTEGERS:
        return None
    if not given.default.is_call and given.default.value.is_call:
        metadata.append(given.default.value)
    bounds = [_bound_of(item) for item in metadata]
    return None if None in bounds else min(filter(None, bounds), default=math.inf)


def _bound_of(metadata: Node) -> float | None:
    """Return the upper bound that one item of the metadata gives; None where it cannot be read."""
    item = metadata.value
    if isinstance(metadata.ast, ast.Constant) or item.called in _BOUNDLESS:
        return math.inf
    if item.called not in _BOUNDING or item.has_unpacking:
        return None
    bound = math.inf
    for key in ("le", "lt"):
        is_its_own = item.called == f"annotated_types.{key.title()}"
        given = item.argument(0, key) if is_its_own else item.keyword(key)
        if given and not given.is_none:
            value = number(given)
            if value is None:
                return None
            bound = min(bound, value)
    inner = item.argument(0, "default")
    if inner.value.called in _OF_PARAMETERS:  # `Field(Query(le=100))`
        bound = min(bound, _bound_of(inner) or bound)
    return bound


def number(expr: Node) -> float | None:
    """Return the value of a number or of arithmetic with numbers, such as `2**31 - 1`."""
    found = expr.value
    match found.ast:
        case ast.Constant(value=bool()):
            return None
        case ast.Constant(value=int() | float() as value):
            return float(value) if abs(value) < 10**300 else math.inf
        case ast.BinOp(left=left, op=op, right=right):
            a, b = number(found.at(left)), number(found.at(right))
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
