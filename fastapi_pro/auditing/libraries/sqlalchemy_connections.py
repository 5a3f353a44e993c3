"""Which engine is behind a session or a connection, and which functions take connections."""

import ast
from collections.abc import Iterable, Iterator

from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.sqlalchemy_engines import MAKERS, Engine
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import QUERIES, makes_session, uses
from fastapi_pro.auditing.model import limits
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
from fastapi_pro.auditing.model.node import Node

_BOUND = {ASYNC_MAKER, ASYNC_SCOPED, ASYNC_SESSION, MAKER, SCOPED, SESSION}
_TAKES = {"connect", "begin"}
_THROUGH = {"begin", "connect", "execution_options", "raw_connection", "__call__"}


def engine_behind(expr: Node, depth: int = 0) -> Engine | None:
    """Return the engine of an engine, connection, sessionmaker or session."""
    expr = expr.awaited
    if depth > limits.NAMES:
        return None
    if expr.is_call:
        return _of_call(expr, depth)
    if not isinstance(expr.ast, (ast.Name, ast.Attribute)):
        return None
    found = expr.value
    if not found:
        return _of_attribute(expr, depth)
    if isinstance(found.ast, ast.arg):
        return found.program.once(_of_parameter, (found.ast, depth), found, depth)
    return engine_behind(found, depth + 1)


def taken(function: Node) -> Iterator[Node]:
    """Yield the calls in a function's own body that take a connection from their `owner`.

    The owner is an engine that connects, or a session that runs a query.
    """
    for call in function.calls:
        if call.member in _TAKES and call.owner.is_a(ASYNC_ENGINE, ENGINE):
            yield call
    for call in uses(function):
        if call.member in QUERIES:
            yield call


def engines_of(functions: Iterable[Node]) -> set[Engine]:
    """Return the engines from which functions take connections or open sessions."""
    found: set[Engine | None] = set()
    for function in functions:
        found |= {engine_behind(call.owner) for call in taken(function)}
        found |= {engine_behind(call) for call in function.calls if makes_session(call)}
    return {engine for engine in found if engine is not None}


def _of_call(call: Node, depth: int) -> Engine | None:
    if call.called in MAKERS:
        return Engine(call)
    if call.called in _BOUND:
        return engine_behind(call.argument(0, "bind"), depth + 1)
    if call.callee:
        return _of_function(call.callee, depth)
    if call.member in _THROUGH:
        return engine_behind(call.owner, depth + 1)
    return engine_behind(call.func, depth + 1) if makes_session(call) else None


def _of_attribute(expr: Node, depth: int) -> Engine | None:
    """Return the engine behind `self.engine` or `database.engine`, which a method sets."""
    return _first(
        (
            statement.assigned
            for cls in expr.owner.type_class.lineage
            for method in cls.body
            if method.is_function
            for statement in method.own(ast.Assign, ast.AnnAssign)
            if any(target.member == expr.member for target in statement.targets)
        ),
        depth,
    )


def _of_parameter(arg: Node, depth: int) -> Engine | None:
    for parameter in parameters(arg.function):
        if parameter.node == arg and parameter.dependency is not None:
            return _of_function(parameter.dependency.target, depth)
    return _first((arg.passed(call) for call in arg.function.callers), depth)


def _of_function(function: Node, depth: int) -> Engine | None:
    """Return the engine behind what a function returns or yields."""
    return _first((*function.yielded, *function.returned), depth)


def _first(values: Iterable[Node], depth: int) -> Engine | None:
    engines = (engine_behind(value, depth + 1) for value in values)
    return next((engine for engine in engines if engine is not None), None)
