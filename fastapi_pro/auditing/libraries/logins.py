"""Logins: functions in which a stranger names an account and proves it with a password."""

import ast
import re

from fastapi_pro.auditing.libraries.fastapi import Dependency, parameters
from fastapi_pro.auditing.libraries.guarded_routers import refuses
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.source_text import written

# what somebody who is not yet known is looked up by
_NAMED = re.compile(
    r"e_?mail|user_?name|login|phone|account|nick|handle|credential|form", re.IGNORECASE
)
_BY_ID = re.compile(r"by_?(id|pk)$", re.IGNORECASE)
_ID = re.compile(r"(\w+_)?(id|pk|uuid|guid)$", re.IGNORECASE)
_NUMBERS = {"uuid.UUID", "builtins.int"}
_PROVEN = re.compile(
    r"token|payload|claims|session_?id|jwt|decode|request\.(state|session|user)\b", re.IGNORECASE
)
_DECODES = re.compile(r"decode|(get|read|verify|check)_\w*(jwt|token)", re.IGNORECASE)
_KNOWN = re.compile(
    r"current|logged|principal|^me\b|^user: .*(Dep|Security|Session)", re.IGNORECASE
)

_CODE = re.compile(r"otp|one_?time|verification_?code|captcha|challenge", re.IGNORECASE)
"""What a function looks up that knows no account: a code that was sent to an address."""
_DUPLICATE = re.compile(r"duplicate|integrity|unique|exists|conflict|taken", re.IGNORECASE)


def looked_up(function: Node, name: str) -> list[Node]:
    """Return the calls that look up the account in a variable by what a stranger sent.

    Nothing if the caller is logged in already, for example to change a password. Nothing either if
    the account was found to exist: a failed registration looks up the account that it collided
    with.
    """
    if any(_KNOWN.search(parameter.text) for parameter in function.parameters):
        return []
    bound = [function.at(b.node) for b in function.bindings(name) if b.kind == "assign"]
    if any(map(handler_of_duplicate, bound)):
        return []
    found = [call for call in map(_lookup, bound) if call.awaited.is_call]
    calls = [call.awaited for call in found]
    if any(_CODE.search(c.last_name) or _is_by_number(c) or _is_of_caller(c) for c in calls):
        return []
    if any(call.func.definition.is_class for call in calls):
        return []  # an object that is made here is always there
    texts = list(map(_said, found))
    is_proven = any(_is_proven(text, function) for text in texts)
    return calls if any(map(_NAMED.search, texts)) and not is_proven else []


def _is_proven(text: str, function: Node) -> bool:
    """Say whether a text of a function names what proves who the caller is, such as a token.

    What a body is called says nothing: `payload: LoginRequest`.
    """
    bodies = (p.name for p in parameters(function) if schema_of(p.type))
    for body in bodies:
        text = re.sub(rf"\b{body}\b", "", text)
    return bool(_PROVEN.search(text))


def _lookup(value: Node) -> Node:
    """Return the call that looks up an account: `f(name)`, also in `rows[0] if rows else None`."""
    match value.ast:
        case ast.IfExp(body=body, orelse=ast.Constant(value=None)):
            value = value.at(body)
            return value.generic.value or value
    return value


def _said(lookup: Node) -> str:
    """Return the text of a lookup and of its variables.

    A lookup by an id counts as one for a known caller. How the id was found says nothing then:
    `get_login_id(request)` reads it from a session.
    """
    return lookup.text if _BY_ID.search(lookup.awaited.member) else written(lookup)


def _is_by_number(lookup: Node) -> bool:
    """Say whether something is looked up by an id that is not a text, so not by a login name."""
    given = lookup.given
    return bool(given) and all(_ID.match(g.last_name) and g.type in _NUMBERS for g in given)


def _is_of_caller(lookup: Node) -> bool:
    """Say whether something is looked up by what is known about the caller, and by nothing else.

    A dependency knows it that refuses unknown callers or reads their token.
    """
    return _knows(lookup, 0) is True


def _knows(value: Node, depth: int) -> bool | None:
    """Say whether a value is of a known caller, or of a stranger; None if it is of neither."""
    if depth and (_KNOWN.search(value.text) or _is_proven(value.text, value.function)):
        return True
    if depth > limits.CALLS:
        return False
    found = set()
    for name in value.walk(ast.Name):
        binding = name.bound if name.is_read else None
        if binding is not None and binding.kind == "param":
            found.add(_is_given_known(name.at(binding.node), depth))
        elif binding is not None and binding.kind == "assign" and name.function:
            found.add(_knows(name.at(binding.node), depth + 1))
    return False if False in found else True if True in found else None


def _is_given_known(arg: Node, depth: int) -> bool | None:
    """Say of a parameter what `_knows` says of a value."""
    function = arg.function
    own = next((p for p in parameters(function) if p.node == arg), None)
    if own is None or is_session(arg) or own.type == "fastapi.Request":
        return None  # such as self
    if own.dependency is not None:
        filling = _filling(own.dependency)
        if filling.is_function:
            return _identifies(filling) or None
        return False if _NAMED.search(own.name) else None
    given = {_knows(arg.passed(call), depth + 1) for call in function.callers}
    if given:
        return False if False in given else True if True in given else None
    return None if own.name in ("db", "conn", "connection") else False


def _identifies(function: Node) -> bool:
    """Say whether a dependency refuses unknown callers, or reads who they are from their token."""
    inner = reached([function])
    return refuses(inner) or any(_DECODES.search(c.last_name) for f in inner for c in f.calls)


def _filling(dependency: Dependency) -> Node:
    """Return the function or class of a dependency, or the function that a factory returns."""
    factory = dependency.call.argument(0, "dependency").value.callee
    returned = [value.definition for value in factory.returned]
    return dependency.target or (returned[0] if len(returned) == 1 else factory)


def handler_of_duplicate(place: Node) -> Node | None:
    """Return the handler around a place for errors that say "there is one already", if any."""
    for above in place.ancestors:
        match above.ast:
            case ast.ExceptHandler(type=caught) if _DUPLICATE.search(above.at(caught).text):
                return above
    return None


def missing(test: ast.expr) -> str:
    """Return the variable of `not user` and `user is None`, "" for another test."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id=name)):
            return name
    return _compared_to_none(test, ast.Is, ast.Eq)


def present(test: ast.expr) -> str:
    """Return the variable of `user` and `user is not None`, "" for another test."""
    return test.id if isinstance(test, ast.Name) else _compared_to_none(test, ast.IsNot, ast.NotEq)


def _compared_to_none(test: ast.expr, *operators: type[ast.cmpop]) -> str:
    match test:
        case ast.Compare(
            left=ast.Name(id=name), ops=[operator], comparators=[ast.Constant(value=None)]
        ):
            return name if isinstance(operator, operators) else ""
    return ""
