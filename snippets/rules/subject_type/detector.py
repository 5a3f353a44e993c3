"""A token's `sub`, a string, that is compared with an integer key."""

import ast
from collections.abc import Callable, Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.jwt import decodes
from fastapi_pro.auditing.libraries.legacy_fastapi import depends, params
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, model_named, models, uses_async
from fastapi_pro.auditing.model.legacy import (
    At,
    Module,
    Program,
    argument,
    callee,
    callers,
    is_a,
    own_nodes,
    passed,
    spelled,
)
from fastapi_pro.auditing.model.library_types import ASYNC_SESSION, SESSION

_DEPTH = 8  # of variables and calls followed
_GETS = ("get", "get_one")
_Question = Callable[[Program, Module, ast.AST, int], bool]


def detect(program: Program) -> Iterator[Hit]:
    """Yield the queries of integer keys by a subject that is still a string."""
    if not program.fact(decodes) or not program.fact(uses_async):
        return
    for module in program.code:
        for call in module.nodes(ast.Call):
            if not isinstance(call.func, ast.Attribute) or call.func.attr not in _GETS:
                continue
            value = argument(call, 1, "ident")
            column = _key(program, module, call)
            if column is not None and is_subject(program, module, value):
                yield _hit(module, call, column, value)
        for compare in module.nodes(ast.Compare):
            if len(compare.ops) != 1 or not isinstance(compare.ops[0], ast.Eq):
                continue
            for left, right in (
                (compare.left, compare.comparators[0]),
                (compare.comparators[0], compare.left),
            ):
                column = _column(program, module, left)
                if column is None or _is_sync(program, module, compare):
                    continue
                if is_subject(program, module, right):
                    yield _hit(module, compare, column, right)


def _hit(module: Module, node: ast.AST, column: Column, value: ast.expr | None) -> Hit:
    given = spelled(value) if value is not None else "sub"
    return Hit(
        module, node,
        f"`{given}` is the token's `sub`, a string, and `{column.name}` is an integer: asyncpg "
        "refuses it, and every valid token is a 500",
    )  # fmt: skip


def _key(program: Program, module: Module, call: ast.Call) -> Column | None:
    """Return the integer key by which `session.get(Model, ...)` of an async session looks."""
    assert isinstance(call.func, ast.Attribute)
    if not is_a(program, module, call.func.value, ASYNC_SESSION):
        return None
    model = model_named(program, module, argument(call, 0, "entity"))
    keys = [c for c in model.columns.values() if c.flag("primary_key")] if model else []
    return keys[0] if len(keys) == 1 and keys[0].is_integer else None


def _column(program: Program, module: Module, expr: ast.expr) -> Column | None:
    """Return the integer column that `Model.column` names."""
    if not isinstance(expr, ast.Attribute):
        return None
    origin = program.resolve(module, expr.value)
    model = program.fact(models).get(origin) if isinstance(origin, At) else None
    column = model.columns.get(expr.attr) if model is not None else None
    return column if column is not None and column.is_integer else None


def _is_sync(program: Program, module: Module, node: ast.AST) -> bool:
    """Say whether the query is one of a synchronous session: psycopg converts the string."""
    for above in module.ancestors(node):
        if isinstance(above, ast.Call) and isinstance(above.func, ast.Attribute):
            if is_a(program, module, above.func.value, SESSION):
                return True
            if above.func.attr == "filter":
                inner: ast.expr = above.func.value
                while isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
                    if inner.func.attr == "query":
                        return True
                    inner = inner.func.value
        if isinstance(above, ast.stmt):
            break
    return False


def is_subject(program: Program, module: Module, expr: ast.AST | None, depth: int = 0) -> bool:
    """Say whether an expression is the `sub` of decoded claims, not converted."""
    if depth > _DEPTH or expr is None:
        return False
    match expr:
        case ast.Subscript(value=owner, slice=ast.Constant(value="sub")):
            return _is_claims(program, module, owner, depth + 1)
        case ast.Call(
            func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value="sub"), *_]
        ):
            return _is_claims(program, module, owner, depth + 1)
        case ast.Call(func=ast.Name(id="str"), args=[inner]):
            return is_subject(program, module, inner, depth + 1)
        case _:
            return _flows(program, module, expr, depth, is_subject)


def _is_claims(program: Program, module: Module, expr: ast.AST, depth: int = 0) -> bool:
    """Say whether an expression is what a decoded token holds."""
    if depth > _DEPTH:
        return False
    if isinstance(expr, ast.Call) and any(d.call is expr for d in program.fact(decodes)):
        return True
    return _flows(program, module, expr, depth, _is_claims)


def _flows(
    program: Program, module: Module, expr: ast.AST, depth: int, is_wanted: _Question
) -> bool:
    """Say whether a variable, parameter or function of the program gives what is wanted."""
    depth += 1
    match expr:
        case ast.Await(value=inner) | ast.NamedExpr(value=inner):
            return is_wanted(program, module, inner, depth)
        case ast.Call():
            target = callee(program, module, expr)
            return target is not None and _gives(program, target, depth, is_wanted)
        case ast.Name():
            binding = program.binding(module, expr)
            if binding is None or binding.kind not in ("assign", "param"):
                return False
            if binding.kind == "assign":
                return is_wanted(program, module, binding.node, depth)
            return _is_given(program, module, binding.node, depth, is_wanted)
    return False


def _gives(program: Program, function: At, depth: int, is_wanted: _Question) -> bool:
    """Say whether all that a function returns is what is wanted; a bare None does not count."""
    returned = [
        node.value
        for node in own_nodes(function.node)
        if isinstance(node, ast.Return)
        and node.value is not None
        and not (isinstance(node.value, ast.Constant) and node.value.value is None)
    ]
    return bool(returned) and all(
        is_wanted(program, function.module, value, depth) for value in returned
    )


def _is_given(
    program: Program, module: Module, arg: ast.AST, depth: int, is_wanted: _Question
) -> bool:
    """Say whether a dependency fills a parameter with what is wanted, or a caller does."""
    function = module.function_of(arg)
    if function is None or not isinstance(arg, ast.arg):
        return False
    at = At(module, function)
    for param in params(program, at):
        dependency = depends(program, param) if param.arg is arg else None
        if dependency is not None:
            target = dependency.target
            return target is not None and _gives(program, target, depth, is_wanted)
    return any(
        (value := passed(module, function, arg, call)) is not None
        and is_wanted(program, where, value, depth)
        for where, call in callers(program, at)
    )
