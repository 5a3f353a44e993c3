"""Operators of Python on the columns of a statement, where SQLAlchemy cannot see them."""

import ast
import itertools
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_named, models
from fastapi_pro.auditing.model import limits

_FILTERS = (
    "and_", "any", "case", "filter", "has", "having", "join", "not_", "or_", "outerjoin", "where",
    "with_loader_criteria",
)  # fmt: skip
_SORTS = ("distinct", "group_by", "order_by", "select")
_OTHERS = ("append", "extend", "insert", "relationship", "values")
"""What takes columns as well: lists that collect conditions, and the values of an UPDATE."""
_FUNCTIONS = (
    "sqlalchemy.and_", "sqlalchemy.case", "sqlalchemy.cast", "sqlalchemy.exists",
    "sqlalchemy.false", "sqlalchemy.func.", "sqlalchemy.literal", "sqlalchemy.not_",
    "sqlalchemy.null", "sqlalchemy.or_", "sqlalchemy.text", "sqlalchemy.true",
)  # fmt: skip
_FROM_CLAUSES = ("alias", "cte", "lateral", "subquery", "table_valued")
_HYBRID = "sqlalchemy.ext.hybrid.hybrid_property"
_EXPRESSIONS = ("expression", "inplace.expression", "comparator", "inplace.comparator")
_COLUMN = "sqlalchemy.Column"
_IN_TABLES = (
    _COLUMN, "sqlalchemy.CheckConstraint", "sqlalchemy.ForeignKeyConstraint", "sqlalchemy.Index",
    "sqlalchemy.PrimaryKeyConstraint", "sqlalchemy.UniqueConstraint",
)  # fmt: skip
_LISTS = ("and_", "filter", "having", "where")
"""What joins its arguments by AND."""
_IN_FAILS = "raises an error each time: SQLAlchemy does not see the `in` of Python"
_FAILS = "TypeError"
"""What comes of `bool(condition)`, if it is neither True nor False."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield each such operator in what a statement is given, or a list of its conditions."""
    reported: set[Node] = set()
    for call in program.calls_named(*_FILTERS, *_SORTS, *_OTHERS) if _has_tables(program) else ():
        is_statement = call.last_name not in _OTHERS
        for given in call.given:
            for operator in _operators(given, is_statement):
                hit = None if operator in reported else _hit(operator, call)
                if hit:
                    reported.add(operator)
                    yield hit


def _has_tables(program: Program) -> bool:
    return bool(models(program)) or any(True for _ in program.calls_of("sqlalchemy.Table"))


def _operators(given: Node, follows: bool, depth: int = 0) -> Iterator[Node]:  # noqa: FBT001
    """Yield the operators that compute an argument; also behind names, if it `follows` them."""
    inner: list[Node] = []
    match given.ast:
        case ast.BoolOp() | ast.Compare():
            yield given
            inner = given.operands
        case ast.UnaryOp(op=operator, operand=operand):
            if isinstance(operator, ast.Not):
                yield given
            inner = [given.at(operand)]
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr()) | ast.List() | ast.Tuple():
            inner = given.operands or given.elements
        case ast.Starred(value=value) | ast.Lambda(body=value) | ast.NamedExpr(value=value):
            inner = [given.at(value)]
        case ast.IfExp(body=body, orelse=orelse):
            inner = [given.at(body), given.at(orelse)]
        case ast.Name() if follows and given.value != given:
            inner = [given.value]
        case ast.Attribute() if follows:
            inner = _hybrid(given).returned
    for part in inner if depth <= limits.CALLS else ():
        yield from _operators(part, follows, depth + 1)


def _hit(operator: Node, call: Node) -> Hit | None:
    """Return what is wrong with an operator, if it works on columns or conditions."""
    function = operator.function
    is_shared = function in _hybrids(operator.program).get(function.name, ())
    is_boolean = isinstance(operator.ast, ast.BoolOp)
    message, fix, severity = _lost(operator, call) if is_boolean else _told(operator, call)
    if message and is_shared:
        message += f", where a statement uses `{function.enclosing_class.name}.{function.name}`"
        fix = f"`@{function.name}.inplace.expression` with what a statement is to use"
    return operator.hit(message, severity=severity, fix=fix) if message else None


def _lost(operator: Node, call: Node) -> tuple[str, str, str]:
    """Return what `a and b` loses: Python asks each operand but the last whether it is true."""
    is_and = isinstance(operator.ast.op, ast.And)  # type: ignore[attr-defined]
    word = "and" if is_and else "or"
    fix = f"`{word}_(...)`"
    if call.last_name in _SORTS:
        fix = "Commas, or `func.coalesce(...)` for the first that is not NULL"
    elif is_and and call.last_name in _LISTS and operator in call.args:
        fix = f"`{call.last_name}({', '.join(map(_short, operator.operands))})`"
    if absent := next(
        (c for o in operator.operands for c in o.walk(ast.Attribute) if _fails(c)), None
    ):
        fix = f"Write the condition anew: `{absent.owner.text}` has no `{absent.member}`"
    for operand, following in itertools.pairwise(operator.operands):
        truth = _truth(operand)
        if truth is _FAILS:
            return _raises(operand), fix, ""
        if truth is not None:
            lost = _short(operand if truth is is_and else following)
            return (
                f"`{lost}` is not in the statement: of this `{word}`, Python keeps one side",
                fix,
                "" if is_and else "medium",
            )
    return "", "", ""


def _told(operator: Node, call: Node) -> tuple[str, str, str]:
    """Return what `not`, `is`, `in` or a chain is for columns and conditions."""
    match operator.ast:
        case ast.UnaryOp(operand=operand):
            inner = operator.at(operand)
            fix = f"`~{_short(inner)}`" if inner.last_name else f"`~({_short(inner)})`"
            truth = _truth(inner)
            if truth is _FAILS:
                return _raises(inner), fix, ""
            result = not truth if isinstance(truth, bool) else None
        case ast.Compare(ops=[ast.Is() | ast.IsNot() as op]):
            left, right = operator.operands
            result = None if _truth(left) is None else isinstance(op, ast.IsNot)
            is_singleton = isinstance(right.ast, ast.Constant)
            fix = f"`{_short(left)}.{'is_not' if result else 'is_'}({_short(right)})`"
            if not is_singleton:
                fix = f"`{_short(left)} {'!=' if result else '=='} {_short(right)}`"
        case ast.Compare(ops=[ast.In() | ast.NotIn() as op]):
            left, right = operator.operands
            is_not = isinstance(op, ast.NotIn)
            if _truth(right) is not None:
                fix = f"`{'~' if is_not else ''}{_short(right)}.contains({_short(left)})`"
                return f"`{_short(operator)}` {_IN_FAILS}", fix, ""
            is_known = _truth(left) is not None and not isinstance(left.ast, ast.Compare)
            fix = f"`{_short(left)}.{'not_in' if is_not else 'in_'}({_short(right)})`"
            if is_known and "sqlalchemy.select" in (right.value.called, right.value.owner.called):
                return f"`{_short(operator)}` {_IN_FAILS}", fix, ""
            result = is_not if is_known else None
        case ast.Compare(ops=[_, _, *_] as ops):
            is_ordered = not any(isinstance(one, (ast.Eq, ast.NotEq)) for one in ops)
            is_sql = is_ordered and any(_truth(part) is not None for part in operator.operands)
            message = (
                f"`{_short(operator)}` is an `and` to Python, which raises TypeError each time"
            )
            return message if is_sql else "", "Two comparisons, or `between(...)`", ""
        case _:
            return "", "", ""
    if result is None:
        return "", "", ""
    is_mild = call.last_name != "values" and (result is False or call.last_name in _SORTS)
    severity = "low" if result and _is_repeated(operator, call) else "medium" if is_mild else ""
    return f"`{_short(operator)}` is always {result}, whatever the row", fix, severity


def _is_repeated(operator: Node, call: Node) -> bool:
    """Say whether another condition leaves out what `A.x is not None` should: `A.x > 0`."""
    column = operator.operands[0].text if operator.operands else ""
    others = [a for a in call.args if isinstance(a.ast, ast.Compare)] if column else []
    is_null = any(part.is_none for part in operator.operands[1:])
    given = (o.text for a in others if a != operator and not _asks(a) for o in a.operands)
    return is_null and call.last_name in _LISTS and column in given


def _asks(condition: Node) -> bool:
    """Say whether Python, not SQL, compares: `is`, `in`."""
    return any(isinstance(op, (ast.Is, ast.IsNot, ast.In, ast.NotIn)) for op in condition.ast.ops)  # type: ignore[attr-defined]


def _raises(condition: Node) -> str:
    return f"Python asks whether `{_short(condition)}` is true, which raises TypeError each time"


def _short(expr: Node) -> str:
    text = " ".join(expr.text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def _truth(expr: Node, depth: int = 0) -> object:
    """Return `bool()` of a column or condition, or that it fails; None for all other things."""
    parts: list[Node] = []
    match expr.ast:
        case ast.Attribute() if _is_column(expr):
            return True
        case ast.Attribute(value=ast.Call() | ast.Subscript()):
            parts = [expr.owner]
        case ast.Subscript():
            parts = [expr.generic]
        case ast.Call():
            if expr.called == "sqlalchemy.col":
                return _truth(expr.argument(0, "column_expression"), depth)
            is_of_select = expr.member == "exists" and expr.owner.is_call
            if is_of_select or expr.called.startswith(_FUNCTIONS):
                return _FAILS
            parts = [expr.owner]
        case ast.Compare(ops=[ast.Eq() | ast.NotEq() as op], comparators=[right]):
            is_null = isinstance(right, ast.Constant) and right.value is None
            is_sql = _is_sql(expr.operands, depth)
            return (_FAILS if is_null else isinstance(op, ast.NotEq)) if is_sql else None
        case ast.Compare(ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE()]) | ast.BinOp():
            parts = expr.operands
        case ast.UnaryOp(op=ast.Invert() | ast.USub(), operand=operand):
            parts = [expr.at(operand)]
        case ast.Name() if expr.value != expr and depth <= limits.CALLS:
            return _truth(expr.value, depth + 1)
    return _FAILS if _is_sql(parts, depth) else None


def _is_sql(parts: list[Node], depth: int) -> bool:
    """Say whether one of these is a column or a condition."""
    if depth > limits.CALLS:
        return False
    return any(part and _truth(part, depth + 1) is not None for part in parts)


def _is_column(expr: Node) -> bool:
    """Say whether an attribute is a column or a relationship of a class, or of a table's `.c`."""
    if expr.owner.member in ("c", "columns"):
        table = expr.owner.owner.value
        return table.called == "sqlalchemy.Table" or table.member in _FROM_CLAUSES
    if expr.owner.name in ("self", "cls"):
        is_hybrid = expr.function in _hybrids(expr.program).get(expr.function.name, ())
        model = models(expr.program).get(expr.enclosing_class) if is_hybrid else None
    else:
        model = _model(expr.owner)
    return model is not None and expr.member in model.columns.keys() | model.relationships.keys()


def _fails(expr: Node) -> bool:
    """Say whether an attribute is of a table's `.c`, and no column of that table."""
    table = expr.owner.owner.value if expr.owner.member in ("c", "columns") else expr.at(None)
    if table.called != "sqlalchemy.Table" or table.has_unpacking:
        return False
    columns = [given.value for given in table.args[2:]]
    are_known = all(one.called in _IN_TABLES for one in columns)
    names = {one.argument(0, "name").constant for one in columns if one.called == _COLUMN}
    return are_known and bool(names) and expr.member not in names


def _model(cls: Node) -> Model | None:
    named = cls.value
    is_alias = named.called == "sqlalchemy.orm.aliased"
    return model_named(named.argument(0, "element") if is_alias else cls)


def _hybrid(attribute: Node) -> Node:
    """Return the function of `Model.name`, if that is a hybrid property without an expression."""
    functions = _hybrids(attribute.program).get(attribute.member, ())
    model = _model(attribute.owner) if functions else None
    found = model.cls.method(attribute.member) if model else attribute.at(None)
    return found if found in functions else attribute.at(None)


@fact
def _hybrids(program: Program) -> dict[str, list[Node]]:
    """Return the hybrid properties that have one function for rows and for statements."""
    found: dict[str, list[Node]] = {}
    for module in program.saying("hybrid_property"):
        functions = [Node(module, node) for node in module.functions()]
        others = {decorator.dotted for f in functions for decorator in f.decorators}
        for function in functions:
            is_hybrid = any(d.library_name == _HYBRID for d in function.decorators)
            if is_hybrid and not others & {f"{function.name}.{end}" for end in _EXPRESSIONS}:
                found.setdefault(function.name, []).append(function)
    return found
