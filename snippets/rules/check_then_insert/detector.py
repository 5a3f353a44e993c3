"""A SELECT that decides whether an INSERT may follow, and nobody who catches the error."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_fastapi import dependencies, exception_handlers
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_named, model_of, models
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import dotted
from fastapi_pro.auditing.model.flow import reaches
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    callee,
    callers,
    calls_in,
    is_session,
    keyword,
    own_nodes,
)

_ERRORS = {
    f"sqlalchemy.{place}{name}"
    for place in ("exc.", "")
    for name in ("IntegrityError", "DBAPIError", "DatabaseError", "SQLAlchemyError")
} | {"builtins.Exception", "builtins.BaseException"}
_FILTERS = {"where", "filter", "filter_by"}
_SELECTS = {"sqlalchemy.select", "sqlalchemy.exists"}
_LOCKS = {"with_for_update", "on_conflict_do_nothing", "on_conflict_do_update"}
_LOCK = re.compile(r"(^|_)(advisory|lock)(_|$)", re.IGNORECASE)
_DEPTH = 3  # of calls followed


@dataclass(frozen=True, slots=True, eq=False)
class _Lookup:
    """A query: its model and the columns that it filters by."""

    model: Model
    columns: set[str]


def detect(program: Program) -> Iterator[Hit]:
    """Yield the checks before an insert that may collide with another request's."""
    if _is_handled_by_app(program):
        return
    for function in program.functions:
        if function.module.is_tool:
            continue
        for node in own_nodes(function.node):
            if not isinstance(node, ast.If):
                continue
            found = _refused(program, function.module, node)
            if found is None:
                continue
            insert = _insert_after(program, function, node, found.model)
            if insert is None or _is_handled(program, function, 0):
                continue
            assert isinstance(function.node, FUNCTIONS)
            columns = ", ".join(f"`{name}`" for name in sorted(found.columns))
            yield Hit(
                function.module, node,
                f"between this check of {columns} and the insert of `{found.model.name}` in line"
                f" {insert.lineno} another request may insert it: `{function.node.name}` then"
                " answers 500 with an IntegrityError",
            )  # fmt: skip
            break


def _refused(program: Program, module: Module, node: ast.If) -> _Lookup | None:
    """Return the query of `if <a row is there>: raise`, if its columns are unique."""
    if not any(isinstance(statement, ast.Raise) for statement in node.body[-1:]):
        return None
    for test in _tests(node.test):
        found = _lookup(program, module, test, 0)
        if found is not None:
            unique = found.columns & unique_columns(program, found.model)
            return _Lookup(found.model, unique) if unique else None
    return None


def _tests(test: ast.expr) -> Iterator[ast.expr]:
    """Yield the expressions that are a row, or a number of rows, where a condition is true."""
    match test:
        case ast.BoolOp():
            for value in test.values:
                yield from _tests(value)
        case ast.Compare(ops=[ast.IsNot() | ast.NotEq() | ast.Gt() | ast.GtE()], left=left):
            yield left
        case ast.Name() | ast.Await() | ast.Call() | ast.NamedExpr():
            yield test


def _lookup(program: Program, module: Module, expr: ast.AST, depth: int) -> _Lookup | None:
    """Return the query whose result an expression is: in place, by a name, or of a function."""
    found = program.value(module, expr)
    if found is None or (found.binding is not None and found.binding.kind != "assign"):
        return None
    module, node = found.module, found.node
    while isinstance(node, (ast.Await, ast.NamedExpr)):
        node = node.value
    if not isinstance(node, ast.Call) or depth > 8:
        return _lookup(program, module, node, depth + 1) if _is_name(node, depth) else None
    target = callee(program, module, node)
    if target is not None:
        return _of_function(program, target, depth)
    columns: set[str] = set()
    model: Model | None = None
    for call in _chain(program, module, node):
        func = call[1].func
        if program.name_of(call[0], func) in _SELECTS or _is_query(func):
            model = model or _selected(program, *call)
        elif isinstance(func, ast.Attribute) and func.attr == "select_from" and call[1].args:
            model = model or model_named(program, call[0], call[1].args[0])
        elif isinstance(func, ast.Attribute) and func.attr in _FILTERS:
            columns |= _columns(call[1])
    return _Lookup(model, columns & model.columns.keys()) if model is not None else None


def _is_name(node: ast.AST, depth: int) -> bool:
    return isinstance(node, (ast.Name, ast.Attribute)) and depth < 8


def _is_query(func: ast.expr) -> bool:
    return isinstance(func, ast.Attribute) and func.attr == "query"


def _of_function(program: Program, target: At, depth: int) -> _Lookup | None:
    """Return the query whose result a function returns, if all that it returns is of one."""
    if depth > _DEPTH or not isinstance(target.node, FUNCTIONS):
        return None
    values = [
        node.value
        for node in own_nodes(target.node)
        if isinstance(node, ast.Return) and node.value is not None
        if not isinstance(node.value, ast.Constant)
    ]
    if len(values) != 1:
        return None
    value = values[0]
    if isinstance(value, ast.Compare):
        value = next(_tests(value), value)
    return _lookup(program, target.module, value, depth + 1)


def _chain(program: Program, module: Module, call: ast.Call) -> Iterator[tuple[Module, ast.Call]]:
    """Yield the calls that a query consists of: methods, their statements, names followed."""
    stack: list[tuple[Module, ast.AST]] = [(module, call)]
    for _ in range(60):
        if not stack:
            return
        at, node = stack.pop()
        if isinstance(node, ast.Name):
            found = program.value(at, node)
            is_value = found is not None and found.binding is not None
            if found is not None and is_value and found.binding.kind == "assign":  # type: ignore[union-attr]
                stack.append((found.module, found.node))
        elif isinstance(node, ast.Call):
            yield at, node
            stack += [(at, arg) for arg in node.args if isinstance(arg, (ast.Call, ast.Name))]
            if isinstance(node.func, ast.Attribute):
                stack.append((at, node.func.value))
        elif isinstance(node, (ast.Await, ast.NamedExpr)):
            stack.append((at, node.value))


def _selected(program: Program, module: Module, call: ast.Call) -> Model | None:
    """Return the model of `select(Model)`, `select(Model.id)`, `select(func.count(Model.id))`."""
    for node in (n for arg in call.args for n in ast.walk(arg)):
        if isinstance(node, (ast.Name, ast.Attribute)):
            model = model_named(program, module, node)
            if model is None and isinstance(node, ast.Name) and node.id == "cls":
                owner = module.class_of(node)
                model = program.fact(models).get(At(module, owner)) if owner is not None else None
            if model is not None:
                return model
    return None


def _columns(call: ast.Call) -> set[str]:
    """Return the names that a filter compares for equality."""
    found = {k.arg for k in call.keywords if k.arg is not None}
    for node in (n for arg in call.args for n in ast.walk(arg)):
        if isinstance(node, ast.Compare) and all(isinstance(op, ast.Eq) for op in node.ops):
            for side in (node.left, *node.comparators):
                found |= {n.attr for n in ast.walk(side) if isinstance(n, ast.Attribute)}
    return found


def unique_columns(program: Program, model: Model) -> set[str]:
    """Return the columns of a model that a constraint or a unique index names."""
    found = {name for name, column in model.columns.items() if column.flag("unique")}
    for cls in program.lineage(model.cls):
        for binding in cls.module.bindings(cls.node).get("__table_args__", ()):
            for call in (n for n in ast.walk(binding.node) if isinstance(n, ast.Call)):
                last = program.call_name(cls.module, call).rpartition(".")[2]
                unique = keyword(call, "unique")
                is_unique = isinstance(unique, ast.Constant) and unique.value is True
                if last == "UniqueConstraint" or (last == "Index" and is_unique):
                    found |= {
                        str(arg.value) for arg in call.args if isinstance(arg, ast.Constant)
                    } | {arg.attr for arg in call.args if isinstance(arg, ast.Attribute)}
    return found & model.columns.keys()


def _insert_after(program: Program, function: At, check: ast.If, model: Model) -> ast.Call | None:
    """Return the call after a check that adds an object of a model, itself or by a function."""
    if any(_locks(node) for node in own_nodes(function.node)):
        return None
    for call in calls_in(function.node):
        is_after = reaches(function.module, check, call)
        if is_after and _adds(program, function.module, call, model, 0):
            return call
    return None


def _locks(node: ast.AST) -> bool:
    """Say whether a node is a lock, by its name, or lets the database decide."""
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in _LOCKS or bool(_LOCK.search(name))


def _adds(program: Program, module: Module, call: ast.Call, model: Model, depth: int) -> bool:
    """Say whether a call adds a new object of a model to a session, itself or by a function."""
    func = call.func
    is_add = isinstance(func, ast.Attribute) and func.attr in ("add", "add_all")
    if is_add and call.args and is_session(program, module, func.value):  # type: ignore[attr-defined]
        given = call.args[0]
        items = given.elts if isinstance(given, (ast.List, ast.Tuple)) else [given]
        made = [program.value(module, item) for item in items]
        return any(
            at is not None
            and isinstance(at.node, ast.Call)
            and model_of(program, at.module, at.node) is model
            for at in made
        )
    target = callee(program, module, call)
    if target is None or depth >= _DEPTH or not isinstance(target.node, FUNCTIONS):
        return False
    if any(_handles(program, target.module, n) for n in own_nodes(target.node)):
        return False
    return any(
        _adds(program, target.module, inner, model, depth + 1) for inner in calls_in(target.node)
    )


def _is_handled(program: Program, function: At, depth: int) -> bool:
    """Say whether a function, its decorators, or one that calls it catches the error."""
    module = function.module
    assert isinstance(function.node, FUNCTIONS)
    if any(_handles(program, module, node) for node in own_nodes(function.node)):
        return True
    for decorator in function.node.decorator_list:
        made = decorator.func if isinstance(decorator, ast.Call) else decorator
        target = program.resolve(module, made)
        if isinstance(target, At) and any(
            _handles(program, target.module, node) for node in ast.walk(target.node)
        ):
            return True
    for at, call in callers(program, function) if depth < _DEPTH else ():
        holder = at.function_of(call)
        if holder is not None and _is_handled(program, At(at, holder), depth + 1):
            return True
    return False


def _handles(program: Program, module: Module, node: ast.AST) -> bool:
    """Say whether a node is an `except` that makes something else of the error."""
    if not isinstance(node, ast.ExceptHandler):
        return False
    last = node.body[-1]
    if isinstance(last, ast.Raise) and (last.exc is None or dotted(last.exc) == node.name):
        return False
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    return any(kind is None or program.name_of(module, kind) in _ERRORS for kind in kinds)


def _is_handled_by_app(program: Program) -> bool:
    """Say whether the app has a handler for the error, or its dependency of the session has."""
    for module, _node, key, _function in exception_handlers(program):
        if program.name_of(module, key) in _ERRORS - {"builtins.Exception"}:
            return True
    for dependency in program.fact(dependencies):
        target = dependency.target
        if (
            target is not None
            and any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in own_nodes(target.node))
            and any(_handles(program, target.module, node) for node in own_nodes(target.node))
        ):
            return True
    return False
