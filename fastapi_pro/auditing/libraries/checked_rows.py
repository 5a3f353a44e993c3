"""What a check asks a table for: the query behind `if <a row is there>: raise`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.libraries.call_chains import chained
from fastapi_pro.auditing.libraries.migrations import may_make_unique
from fastapi_pro.auditing.libraries.repositories import LOOKUPS, looked_up_by, repository_model
from fastapi_pro.auditing.libraries.sqlalchemy_models import (
    Model,
    column_named,
    model_named,
    models,
)
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.flow import ends
from fastapi_pro.auditing.model.node import Node

_FILTERS = {"where", "filter", "filter_by"}
_SELECTS = {"sqlalchemy.select", "sqlalchemy.exists"}
_FAILS = {"scalar_one_or_none", "one_or_none", "one", "scalar_one"}
_NARROWS = {"join", "outerjoin", "limit", "distinct", "group_by", "having"}


@dataclass(frozen=True, slots=True, eq=False)
class Lookup:
    """A query: its model and the columns that it filters by.

    `fails` names the method that raises where there are two rows, if it is one that does, and if
    the filter is of nothing but columns that are equal to something. `is_missing` says that the
    branch runs where no row was found: `if user is None: session.add(User(...))`. `is_exact` says
    that nothing but equal columns is asked for; `is_free`, that no constraint keeps them unique.
    """

    model: Model
    columns: set[str]
    fails: str = ""
    is_missing: bool = False
    is_exact: bool = False
    is_free: bool = False


def lookup_behind(check: Node) -> Lookup | None:
    """Return the query of `if <a row is there>: raise`, if no two rows may be alike in its columns.

    Either a constraint forbids it, or the check alone (`is_free`). `try: find(); raise Exists`,
    `except NotFound: pass` is such a check, too.
    """
    asked: list[Node] = []
    is_missing = False
    match check.ast:
        case ast.If(test=test, body=[*_, ast.Raise() | ast.Return()]) if there := list(
            present(check.at(test))
        ):
            asked = there
        case ast.If(test=test):
            asked, is_missing = list(_absent(check.at(test))), True
        case ast.Try(body=[ast.Expr() | ast.Assign() as first, *rest], orelse=orelse):
            refused = [*rest, *orelse]
            is_raised = len(refused) == 1 and isinstance(refused[0], ast.Raise)
            is_passed = not any(ends(h.body[-1]) for h in map(check.at, check.ast.handlers))
            asked = [check.at(first.value)] if is_raised and is_passed else []
    found = next(filter(None, map(lookup, asked)), None)
    if found is None:
        return None
    if unique := found.columns & found.model.unique_columns:
        return Lookup(found.model, unique, is_missing=is_missing)
    key = found.model.key_columns
    if key and key <= found.columns:
        return Lookup(found.model, key, is_missing=is_missing)
    is_refused = isinstance(check.body[-1].ast, ast.Raise) and not is_missing
    is_asked = bool(found.fails) or (found.is_exact and is_refused)
    if not (found.columns and is_asked) or any(
        may_make_unique(check.program, name) for name in found.columns
    ):
        return None
    return Lookup(found.model, found.columns, found.fails, is_missing, is_free=True)


def _absent(test: Node) -> Iterator[Node]:
    """Yield the expressions that are no row, or no number of rows, where a condition is true."""
    match test.ast:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from (one for one in present(test.at(operand)) if one.is_call or one.last_name)
        case ast.Compare(ops=[ast.Is()], left=left, comparators=[ast.Constant(value=None)]):
            yield test.at(left)
        case ast.Compare(ops=[ast.Eq()], left=left, comparators=[ast.Constant(value=0)]):
            yield test.at(left)


def present(test: Node) -> Iterator[Node]:
    """Yield the expressions that are a row, or a number of rows, where a condition is true."""
    match test.ast:
        case ast.BoolOp(values=values):
            for value in values:
                yield from present(test.at(value))
        case ast.Compare(ops=[ast.IsNot() | ast.NotEq()], left=left):
            yield test.at(left)
        # `count >= 10` asks for room, not for a row
        case ast.Compare(ops=[ast.Gt()], left=left, comparators=[ast.Constant(value=0)]):
            yield test.at(left)
        case ast.Compare(ops=[ast.GtE()], left=left, comparators=[ast.Constant(value=1)]):
            yield test.at(left)
        case ast.Name() | ast.Await() | ast.Call() | ast.NamedExpr():
            yield test


def lookup(expr: Node, depth: int = 0) -> Lookup | None:
    """Return the query whose result an expression is: in place, by a name, or of a function."""
    found = expr.value
    if depth > 8 or (found.binding is not None and found.binding.kind != "assign"):
        return None
    found = found.awaited
    if not found.is_call:
        return lookup(found, depth + 1) if found.last_name else None
    if found.callee:
        return _of_function(found.callee, depth) or _of_repository(found)
    if kept := _of_repository(found):
        return kept
    columns: set[str] = set()
    model: Model | None = None
    is_plain = is_exact = True
    for call in chained(found):
        if call.called in _SELECTS or call.member == "query":
            model = model or _selected(call)
        elif call.member in ("get", "get_one") and is_session(call.owner):
            model = model or (model_named(call.args[0]) if call.args else None)
            columns |= model.key_columns if model else set()
        elif call.member == "select_from" and call.args:
            model = model or model_named(call.args[0])
        elif call.member in _FILTERS:
            columns |= _columns(call)
            is_plain &= all(_is_equality(given) for given in call.args)
            is_exact &= all(map(_is_equal, call.args))
        elif call.member in _NARROWS:
            is_plain = is_exact = False
    if model is None:
        return None
    fails = found.member if found.member in _FAILS and is_plain else ""
    return Lookup(model, columns & model.columns.keys(), fails, is_exact=is_exact)


def _is_equal(condition: Node) -> bool:
    """Say whether a condition wants a column to be equal to something, if only to `True`."""
    match condition.ast:
        case ast.Compare(ops=[ast.Eq()]):
            return True
    return False


def _is_equality(condition: Node) -> bool:
    """Say whether a condition compares a column with a value that is not written here."""
    return _is_equal(condition) and not isinstance(condition.operands[1].ast, ast.Constant)


def _of_repository(call: Node) -> Lookup | None:
    """Return what a repository's method looks up: `users.exists(email=email)`."""
    if not LOOKUPS.search(call.member):
        return None
    model = repository_model(call.owner)
    columns = looked_up_by(call, model) if model is not None else set()
    return Lookup(model, columns) if model is not None and columns else None


def _of_function(function: Node, depth: int) -> Lookup | None:
    """Return the query whose result a function returns, if all that it returns is of one."""
    values = [value for value in function.returned if not isinstance(value.ast, ast.Constant)]
    if depth > limits.CALLS or len(values) != 1:
        return None
    value = values[0]
    if value.called == "builtins.bool" and value.args:
        value = value.args[0]
    is_test = isinstance(value.ast, ast.Compare)
    return lookup(next(present(value), value) if is_test else value, depth + 1)


def _selected(select: Node) -> Model | None:
    """Return the model of `select(Model)`, `select(Model.id)`, `select(func.count(Model.id))`."""
    for given in select.args:
        for part in given.walk(ast.Name, ast.Attribute):
            is_class = part.name == "cls"
            own = models(part.program).get(part.enclosing_class) if is_class else None
            if model := model_named(part) or own:
                return model
    return None


def _columns(call: Node) -> set[str]:
    """Return the names that a filter compares for equality, not with a literal: `== True`."""
    found = set(call.keywords)
    for compare in (c for given in call.args for c in given.value.walk(ast.Compare)):
        match compare.ast:
            case ast.Compare(comparators=[ast.Constant()]):
                continue
            case ast.Compare(ops=ops) if all(isinstance(op, ast.Eq) for op in ops):
                columns = {part.member for part in compare.operands if column_named(part)}
                found |= columns or {part.member for part in compare.walk(ast.Attribute)}
    return found
