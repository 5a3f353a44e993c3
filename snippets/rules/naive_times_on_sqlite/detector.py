"""Times that SQLite gives back without their zone, compared with a time that has one."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.sqlalchemy_engines import names_sqlite
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, Model, models
from fastapi_pro.auditing.model.legacy import Module, Program, keyword, type_of


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `DateTime(timezone=True)` column that is compared with an aware time."""
    if not program.fact(names_sqlite):
        return
    reported: set[Column] = set()
    for module in program.code:
        for node, sides in _compared(module):
            if not any(is_aware_now(program, module, side) for side in sides):
                continue
            for side in sides:
                column = _column(program, module, side)
                if column is not None and column not in reported:
                    reported.add(column)
                    yield Hit(
                        column.module, column.node,
                        f"SQLite gives `{column.name}` back naive: comparing it with an aware time"
                        f" in line {node.lineno} of {module.path.name} is a TypeError",
                    )  # fmt: skip


def _compared(module: Module) -> Iterator[tuple[ast.expr, list[ast.expr]]]:
    """Yield comparisons and subtractions, with what they compare."""
    for compare in module.nodes(ast.Compare):
        yield compare, [compare.left, *compare.comparators]
    for operation in module.nodes(ast.BinOp):
        if isinstance(operation.op, ast.Sub):
            yield operation, [operation.left, operation.right]


def is_aware_now(program: Program, module: Module, expr: ast.AST | None) -> bool:
    """Say whether an expression is `datetime.now(zone)`, also plus or minus something."""
    found = program.value(module, expr)
    if found is not None and isinstance(found.node, ast.BinOp):
        return is_aware_now(program, found.module, found.node.left)
    if found is None or not isinstance(found.node, ast.Call):
        return False
    call = found.node
    if program.name_of(found.module, call.func) != "datetime.datetime.now":
        return False
    return bool(call.args) or keyword(call, "tz") is not None


def _column(program: Program, module: Module, expr: ast.AST) -> Column | None:
    """Return the aware column that `object.name` reads from an instance of a model."""
    if not isinstance(expr, ast.Attribute):
        return None
    kind = type_of(program, module, expr.value)
    model: Model | None = (
        program.fact(models).get(kind) if not isinstance(kind, str | None) else None
    )
    named = program.resolve(module, expr.value)
    if model is None or named == kind:
        return None
    column = model.columns.get(expr.attr)
    return column if column is not None and _is_aware(program, column) else None


def _is_aware(program: Program, column: Column) -> bool:
    for arg in column.options.args if column.options else ():
        kind = program.value(column.module, arg)
        if kind is None or not isinstance(kind.node, ast.Call):
            continue
        if program.name_of(kind.module, kind.node.func) == "sqlalchemy.DateTime":
            zone = keyword(kind.node, "timezone") or (kind.node.args[0] if kind.node.args else None)
            return isinstance(zone, ast.Constant) and zone.value is True
    return False
