"""Times that SQLite gives back without their zone, compared with a time that has one."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.sqlalchemy_engines import may_leave_sqlite, names_sqlite
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, model_of, models


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `DateTime(timezone=True)` column that is compared with an aware time."""
    reported: set[Column] = set()
    names = {name for model in models(program).values() for name in model.columns}
    for node in program.nodes(ast.Compare, ast.BinOp) if names and names_sqlite(program) else ():
        if not _is_compared(node) or names.isdisjoint(side.member for side in node.operands):
            continue
        if not any(map(_is_aware_now, node.operands)) or _asks_for_zone(node):
            continue
        for column in map(_column, node.operands):
            if column is not None and column not in reported:
                reported.add(column)
                yield column.node.hit(
                    f"SQLite returns `{column.name}` without a time zone: comparing it with an"
                    f" aware time in line {node.line} of {node.module.path.name} raises TypeError",
                    severity="low" if may_leave_sqlite(program) else "",
                )


def _is_compared(node: Node) -> bool:
    """Say whether a comparison or operation takes only two times of one kind."""
    return not isinstance(node.ast, ast.BinOp) or isinstance(node.ast.op, ast.Sub)


def _is_aware_now(expr: Node) -> bool:
    """Say whether an expression is `datetime.now(zone)`, also plus or minus something."""
    found = expr.value
    if isinstance(found.ast, ast.BinOp):
        return _is_aware_now(found.operands[0])
    return found.called == "datetime.datetime.now" and bool(found.argument(0, "tz"))


def _asks_for_zone(node: Node) -> bool:
    """Say whether the function asks whether a time has a zone: `if token.expires_at.tzinfo`."""
    sides = {side.dotted for side in node.operands} - {""}
    asked = (a for a in node.function.own(ast.Attribute) if a.member in ("tzinfo", "utcoffset"))
    return any(attribute.owner.dotted in sides for attribute in asked)


def _column(expr: Node) -> Column | None:
    """Return the aware column that `object.name` reads from an instance of a model."""
    model = model_of(expr.owner)
    column = model.columns.get(expr.member) if model else None
    if model is None or column is None or expr.owner.definition == model.cls:
        return None
    kinds = (arg.value for arg in column.options.args)
    is_aware = any(
        kind.called == "sqlalchemy.DateTime" and kind.argument(0, "timezone").literal is True
        for kind in kinds
    )
    return column if is_aware else None
