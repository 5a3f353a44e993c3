"""A token's `sub`, or a parameter, that is a string and is compared with an integer key."""

import ast
from collections.abc import Callable, Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.jwt import ENCODES, Decode, decodes
from fastapi_pro.auditing.libraries.project_packages import versions
from fastapi_pro.auditing.libraries.request_objects import requested
from fastapi_pro.auditing.libraries.sqlalchemy_drivers import uses_asyncpg
from fastapi_pro.auditing.libraries.sqlalchemy_engines import uses_async
from fastapi_pro.auditing.libraries.sqlalchemy_models import Column, column_named, model_named
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_async_session
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.library_types import SESSION

_SUBJECT = "the token's `sub`"
_Question = Callable[[Node, int], bool]


def detect(program: Program) -> Iterator[Hit]:
    """Yield the queries of integer keys by a subject, or a parameter, that is still a string."""
    if not uses_async(program):
        return
    for place, column, value in _looked_up(program):
        what = _string(value)
        if what and uses_asyncpg(place):
            yield place.hit(
                f"`{value.text}` is {what}, a string, and `{column.name}` is an integer: asyncpg"
                " refuses a string there, and every valid request gets a 500",
                fix="" if what == _SUBJECT else f"`{value.last_name}: int` where FastAPI fills it",
            )


def _looked_up(program: Program) -> Iterator[tuple[Node, Column, Node]]:
    """Yield where an async session looks for an integer, the column, and the value."""
    for call in program.calls_named("get", "get_one"):
        column, value = _key(call), call.argument(1, "ident")
        if column is not None:
            yield call, column, value
    for compare in program.nodes(ast.Compare):
        match compare.ast:
            case ast.Compare(left=left, ops=[ast.Eq()], comparators=[right]):
                for key, value in _both_ways(compare.at(left), compare.at(right)):
                    column = _column(key)
                    if column is not None and not _is_sync(compare):
                        yield compare, column, value


def _string(value: Node) -> str:
    """Return what a value is that is a string: a subject, or a parameter; "" for anything else."""
    if decodes(value.program) and _is_subject(value):
        return _SUBJECT
    is_parameter = _is_parameter(value) and not _is_asked(value)
    return "a parameter without `int`" if is_parameter else ""


def _is_asked(value: Node) -> bool:
    """Say whether a condition around a value looks at it: `if text.isdigit()`."""
    tests = (above.test for above in value.ancestors if above.test)
    return any(name.name == value.name for test in tests for name in test.walk(ast.Name))


def _is_parameter(expr: Node, depth: int = 0) -> bool:
    """Say whether an expression is a parameter that FastAPI fills with a string, not converted."""
    bound = expr.bound
    if depth > limits.NAMES:
        return False
    if bound is not None and bound.kind == "param":
        for declared in parameters(expr.at(bound.node).function):
            if declared.node.ast is bound.node and declared.node.function in requested(
                expr.program
            ):
                is_string = declared.type == "builtins.str" or not declared.node.annotation
                return is_string and declared.dependency is None
    return _flows(expr, depth + 1, _is_parameter)


def _both_ways(left: Node, right: Node) -> tuple[tuple[Node, Node], tuple[Node, Node]]:
    return (left, right), (right, left)


def _key(call: Node) -> Column | None:
    """Return the integer key by which `session.get(Model, ...)` of an async session looks."""
    model = model_named(call.argument(0, "entity")) if is_async_session(call.owner) else None
    key = model.primary_key if model else None
    return key if key is not None and key.is_integer else None


def _column(expr: Node) -> Column | None:
    """Return the integer column that `Model.column` names."""
    column = column_named(expr)
    return column if column is not None and column.is_integer else None


def _is_sync(compare: Node) -> bool:
    """Say whether the query is one of a synchronous session: psycopg converts the string."""
    for above in compare.ancestors:
        if above.is_call and above.owner.is_a(SESSION):
            return True
        inner = above if above.member == "filter" else above.at(None)
        while inner.is_call:
            if inner.member == "query":
                return True
            inner = inner.owner
        if isinstance(above.ast, ast.stmt):
            break
    return False


def _is_subject(expr: Node, depth: int = 0) -> bool:
    """Say whether an expression is the `sub` of decoded claims, not converted."""
    if depth > limits.NAMES:
        return False
    match expr.ast:
        case ast.Subscript(value=owner, slice=ast.Constant(value="sub")):
            return _is_claims(expr.at(owner), depth + 1)
        case ast.Call(
            func=ast.Attribute(value=owner, attr="get"), args=[ast.Constant(value="sub"), *_]
        ):
            return _is_claims(expr.at(owner), depth + 1)
        case ast.Call(func=ast.Name(id="str"), args=[inner]):
            return _is_subject(expr.at(inner), depth + 1)
    return _flows(expr, depth + 1, _is_subject)


def _is_claims(expr: Node, depth: int = 0) -> bool:
    """Say whether an expression is what a decoded token holds."""
    if depth > limits.NAMES:
        return False
    is_decoded = any(d.call == expr and _has_string(d) for d in decodes(expr.program))
    return is_decoded or _flows(expr, depth + 1, _is_claims)


def _has_string(decode: Decode) -> bool:
    """Say whether the `sub` that a decoding accepts is a string.

    PyJWT checks that from 2.10 on, unless it is told not to; before, it is what the token's maker
    gave.
    """
    options = decode.options
    if options is None or options.get("verify_sub", True) is not True:
        return False
    if decode.library != "jwt" or not versions(decode.call.module, "pyjwt").has_before("2.10"):
        return True
    payloads = (
        call.argument(0, "payload").value for call in decode.call.program.calls_of(*ENCODES)
    )
    subjects = [payload.entry("sub") for payload in payloads]
    return any(isinstance(s.ast, ast.JoinedStr) or s.called == "builtins.str" for s in subjects)


def _flows(expr: Node, depth: int, is_wanted: _Question) -> bool:
    """Say whether a variable, parameter or function of the program gives what is wanted."""
    if expr.awaited != expr:
        return is_wanted(expr.awaited, depth)
    if expr.is_call:
        return _gives(expr.callee, depth, is_wanted)
    bound = expr.bound
    source = expr.at(bound.node if bound is not None else None)
    if bound is not None and bound.kind == "param":
        return _is_given(source, depth, is_wanted)
    return bound is not None and bound.kind == "assign" and is_wanted(source, depth)


def _gives(function: Node, depth: int, is_wanted: _Question) -> bool:
    """Say whether all that a function returns is what is wanted; a bare None does not count."""
    returned = [value for value in function.returned if not value.is_none]
    return bool(returned) and all(is_wanted(value, depth) for value in returned)


def _is_given(parameter: Node, depth: int, is_wanted: _Question) -> bool:
    """Say whether a dependency fills a parameter with what is wanted, or a caller does."""
    for declared in parameters(parameter.function):
        if declared.node == parameter and declared.dependency is not None:
            return _gives(declared.dependency.target, depth, is_wanted)
    callers = parameter.function.callers
    return any(is_wanted(parameter.passed(call), depth) for call in callers)
