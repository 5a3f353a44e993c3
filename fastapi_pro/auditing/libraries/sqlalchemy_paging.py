"""Statements with LIMIT and OFFSET, and the inputs that give these."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.request_values import Input, inputs
from fastapi_pro.auditing.model.legacy import At, Module, Program, argument, type_of


def limit_inputs(program: Program) -> list[Input]:
    """Return the inputs that reach a LIMIT; for `program.fact`."""
    return list(_inputs_of(program, "limit"))


def offset_inputs(program: Program) -> list[Input]:
    """Return the inputs that reach an OFFSET; for `program.fact`."""
    return list(_inputs_of(program, "offset"))


def _inputs_of(program: Program, method: str) -> Iterator[Input]:
    seen: set[ast.AST] = set()
    for module in program.code:
        for call in module.nodes(ast.Call):
            if (
                isinstance(call.func, ast.Attribute)
                and call.func.attr == method
                and is_statement(program, module, call.func.value)
            ):
                for given in inputs(program, module, argument(call, 0, method)):
                    if given.node not in seen:
                        seen.add(given.node)
                        yield given


def is_statement(program: Program, module: Module, expr: ast.AST) -> bool:
    """Say whether an expression may be a statement or query of SQLAlchemy.

    What cannot be resolved is one in a module that imports SQLAlchemy.
    """
    at = At(module, expr)
    for _ in range(30):
        if isinstance(at.node, ast.Call):
            name = program.call_name(at.module, at.node)
            if name:
                return name.startswith("sqlalchemy.")
            func = at.node.func
            if not isinstance(func, ast.Attribute) or func.attr == "query":
                break
            at = At(at.module, func.value)
        elif isinstance(at.node, (ast.Name, ast.Attribute)):
            value = program.value(at.module, at.node)
            if value is None or not isinstance(value.node, ast.Call):
                break
            at = value
        else:
            break
    kind = type_of(program, at.module, at.node)
    if isinstance(kind, str):
        return kind.startswith("sqlalchemy.")
    return any(
        (node.module or "").partition(".")[0] in ("sqlalchemy", "sqlmodel")
        for node in at.module.nodes(ast.ImportFrom)
    ) or any(
        alias.name.partition(".")[0] in ("sqlalchemy", "sqlmodel")
        for node in at.module.nodes(ast.Import)
        for alias in node.names
    )


def by_cause(found: list[Input]) -> list[tuple[Input, int]]:
    """Return the first input of each alias, and how many others share the alias."""
    grouped: dict[ast.AST, list[Input]] = {}
    for given in found:
        grouped.setdefault(given.cause, []).append(given)
    return [(group[0], len(group) - 1) for group in grouped.values()]


def others(count: int) -> str:
    """Return how many others share the cause, as part of a sentence."""
    return f", like {count} more of its alias," if count else ""
