"""Logins: functions in which a stranger names an account and proves it with a password."""

import ast
import re

from fastapi_pro.auditing.libraries.fastapi import Dependency, parameters
from fastapi_pro.auditing.libraries.open_routes import refuses
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
_PROVEN = re.compile(r"token|payload|claims|session_?id", re.IGNORECASE)
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
    texts = list(map(_said, found))
    is_named = any(map(_NAMED.search, texts)) and not any(map(_PROVEN.search, texts))
    return calls if is_named else []


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
    """Say whether something is looked up by what dependencies know about the caller.

    One of them refuses unknown callers, and nothing else from the request is used.
    """
    read = {name.name for given in lookup.given for name in given.walk(ast.Name)}
    used = [parameter for parameter in parameters(lookup.function) if parameter.name in read]
    filling = [_filling(p.dependency) if p.dependency else p.node for p in used]
    return all(one.is_function for one in filling) and any(refuses(reached([f])) for f in filling)


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
