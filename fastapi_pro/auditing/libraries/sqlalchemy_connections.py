"""Which engine is behind a session or a connection, and which functions take connections."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.legacy_call_graph import reached
from fastapi_pro.auditing.libraries.legacy_fastapi import Route, depends, params
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import (
    QUERIES,
    dependencies_of,
    makes_session,
    uses,
)
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    argument,
    callee,
    is_a,
    own_nodes,
    type_of,
)
from fastapi_pro.auditing.model.library_types import (
    ASYNC_ENGINE,
    ASYNC_MAKER,
    ASYNC_SCOPED,
    ASYNC_SESSION,
    ENGINE,
    MAKER,
    SCOPED,
    SESSION,
)

_ENGINES = {"sqlalchemy.ext.asyncio.create_async_engine", "sqlalchemy.create_engine"}
_BOUND = {ASYNC_MAKER, ASYNC_SCOPED, ASYNC_SESSION, MAKER, SCOPED, SESSION}
_TAKES = {"connect", "begin"}
_THROUGH = {"begin", "connect", "execution_options", "raw_connection", "__call__"}
_DEPTH = 10  # of names, calls and attributes followed


def engine_behind(
    program: Program, module: Module, expr: ast.AST | None, depth: int = 0
) -> At | None:
    """Return the call that makes the engine of an engine, connection, sessionmaker or session."""
    if expr is None or depth > _DEPTH:
        return None
    if isinstance(expr, (ast.Await, ast.NamedExpr)):
        return engine_behind(program, module, expr.value, depth + 1)
    if isinstance(expr, (ast.Name, ast.Attribute)):
        found = program.value(module, expr)
        if found is None:
            return _of_attribute(program, module, expr, depth)
        if isinstance(found.node, ast.arg):
            return _of_parameter(program, found, depth)
        if found.node is expr or isinstance(found.node, (*FUNCTIONS, ast.ClassDef)):
            return None
        return engine_behind(program, found.module, found.node, depth + 1)
    if not isinstance(expr, ast.Call):
        return None
    name = program.name_of(module, expr.func)
    if name in _ENGINES:
        return At(module, expr)
    if name in _BOUND:
        return engine_behind(program, module, argument(expr, 0, "bind"), depth + 1)
    target = callee(program, module, expr)
    if target is not None:
        return _of_function(program, target, depth)
    if isinstance(expr.func, ast.Attribute) and expr.func.attr in _THROUGH:
        return engine_behind(program, module, expr.func.value, depth + 1)
    if makes_session(program, module, expr):
        return engine_behind(program, module, expr.func, depth + 1)
    return None


def _of_attribute(program: Program, module: Module, expr: ast.AST, depth: int) -> At | None:
    """Return the engine behind `self.engine` or `database.engine`, which a method has set."""
    owner = type_of(program, module, expr.value) if isinstance(expr, ast.Attribute) else None
    if not isinstance(owner, At) or not isinstance(expr, ast.Attribute):
        return None
    for cls in program.lineage(owner):
        for method in cls.node.body if isinstance(cls.node, ast.ClassDef) else ():
            for node in own_nodes(method) if isinstance(method, FUNCTIONS) else ():
                if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
                    continue
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Attribute) and target.attr == expr.attr:
                        found = engine_behind(program, cls.module, node.value, depth + 1)
                        if found is not None:
                            return found
    return None


def _of_parameter(program: Program, at: At, depth: int) -> At | None:
    function = at.module.function_of(at.node)
    if function is None:
        return None
    for param in params(program, At(at.module, function)):
        if param.arg is at.node and (dependency := depends(program, param)):
            return _of_function(program, dependency.target, depth) if dependency.target else None
    return None


def _of_function(program: Program, function: At, depth: int) -> At | None:
    """Return the engine behind what a function returns or yields."""
    for node in own_nodes(function.node):
        if isinstance(node, (ast.Return, ast.Yield)) and node.value is not None:
            found = engine_behind(program, function.module, node.value, depth + 1)
            if found is not None:
                return found
    return None


def taken(program: Program, function: At) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Yield the calls in a function's own body that take a connection, with what gives it.

    That is an engine that is connected to, or a session that is asked.
    """
    module = function.module
    for node in own_nodes(function.node):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if node.func.attr in _TAKES and is_a(
            program, module, node.func.value, ASYNC_ENGINE, ENGINE
        ):
            yield node, node.func.value
    for use in uses(program, function):
        if use.method in QUERIES:
            yield use.call, use.session


def engines_of(program: Program, functions: set[At]) -> set[At]:
    """Return the engines that functions take connections of, or open sessions on."""
    found: set[At | None] = set()
    for function in functions:
        module = function.module
        found |= {engine_behind(program, module, expr) for _, expr in taken(program, function)}
        for node in own_nodes(function.node):
            if isinstance(node, ast.Call) and makes_session(program, module, node):
                found.add(engine_behind(program, module, node))
    return {engine for engine in found if engine is not None}


def answering(program: Program, route: Route) -> set[At]:
    """Return the functions that run to answer an endpoint's requests, dependencies among them."""
    roots = [route.function]
    for dependency in dependencies_of(program, route):
        target = dependency.target
        if target is not None and isinstance(target.node, ast.ClassDef):
            target = program.method(target, "__init__")
        if target is not None:
            roots.append(target)
    return reached(program, roots)
