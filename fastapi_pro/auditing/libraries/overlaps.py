"""Rows of which no two may be for one time: conditions that ask for those that overlap."""

import ast
from collections import defaultdict
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.repositories import own_model
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, Model, model_named
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.node import Node

_TIMES = {
    "datetime.date", "datetime.datetime", "datetime.time", "sqlalchemy.Date", "sqlalchemy.DateTime",
    "sqlalchemy.Time", "sqlalchemy.TIMESTAMP",
}  # fmt: skip
_ORDERS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def overlapping(test: Node) -> set[Model]:
    """Return the models whose rows between two times decide about a condition.

    Their query compares two columns of times: `Stay.begins < end, Stay.ends > begin`. It may be in
    the function of the condition, or in one that it calls.
    """
    found: dict[Model, set[str]] = defaultdict(set)
    for part in _sources(test):
        for compare in part.walk(ast.Compare):
            for model, column in _times(compare):
                found[model].add(column.name)
        for call in part.walk(ast.Call):
            for model, names in _in_function(call.callee).items():
                found[model] |= names
    return {model for model, names in found.items() if len(names) > 1}


def _sources(test: Node) -> list[Node]:
    """Return the expressions of its function from which a condition is worked out."""
    found, seen = [test], set()
    for expr in found:  # grows while it is walked
        for name in expr.walk(ast.Name):
            if name.name not in seen and test.function:
                seen.add(name.name)
                bound = test.function.bindings(name.name)
                found += [test.at(b.node) for b in bound if b.kind == "assign"]
    return found


def _times(compare: Node) -> Iterator[tuple[Model, Column]]:
    """Yield the columns of times that `Stay.begins < end` orders, with their models."""
    if not any(isinstance(op, _ORDERS) for op in compare.ast.ops):  # type: ignore[attr-defined]
        return
    for operand in compare.operands:
        model = (model_named(operand.owner) or own_model(operand.owner)) if operand.member else None
        column = model.columns.get(operand.member) if model else None
        if model and column and column.type in _TIMES:
            yield model, column


def _in_function(function: Node, depth: int = 0) -> dict[Model, set[str]]:
    """Return the columns of times that a function orders, itself or by what it calls."""
    if not function.is_function or depth >= limits.CALLS:
        return {}
    return function.program.once(_found_in, (function.ast, depth), function, depth)


def _found_in(function: Node, depth: int) -> dict[Model, set[str]]:
    found: dict[Model, set[str]] = defaultdict(set)
    for compare in function.own(ast.Compare):
        for model, column in _times(compare):
            found[model].add(column.name)
    for call in function.calls:
        for model, names in _in_function(call.callee, depth + 1).items():
            found[model] |= names
    return found
