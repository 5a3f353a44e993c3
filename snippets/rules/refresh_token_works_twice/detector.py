"""Refreshes that give a new refresh token, and leave the old one valid."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import answering
from fastapi_pro.auditing.libraries.jwt import decodes
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_named
from fastapi_pro.auditing.libraries.sqlalchemy_rows import is_new, row_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session
from fastapi_pro.auditing.model.call_graph import reached

_REFRESH = re.compile(r"refresh", re.IGNORECASE)
_TOKEN = re.compile(r"refresh_?(token|jwt)?$|(^|_)refresh", re.IGNORECASE)
_MAKES = re.compile(
    r"(create|make|generate|issue|sign|encode|new|build|mint|write|get)\w*(token|jwt|refresh)"
    r"|token_urlsafe|token_hex|^encode$|refresh_token",
    re.IGNORECASE,
)
"""Names of functions that make a token."""
_ENDS = re.compile(
    r"revo[kc]|(black|deny|block)_?list|invalidat|delete|remove|discard|destroy|expire$|rotat|spen[dt]"
    r"|consum|mark|update|upsert|save|store|persist|replace|merge|^set(?!_cookie)|getdel|sadd|hset|pop$"
    r"|jti|used|reus|session_?id|fingerprint|version|family|active",
    re.IGNORECASE,
)
"""Names of what ends a token, or looks whether one was ended."""
_ROW = re.compile(r"refresh|token|session", re.IGNORECASE)
_USES = (ast.Call, ast.Attribute)
_KEEPERS = re.compile(
    r"redis|cache|valkey|(black|deny|block)_?list|store|sessions|repo", re.IGNORECASE
)
"""Names of what tokens may be kept in."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield the endpoints that exchange a refresh token without ending it."""
    if not program.saying("refresh") or not any(program.calls_named("encode", "token_urlsafe")):
        return
    for endpoint in http_endpoints(program):
        said = f"{endpoint.path} {endpoint.name}"
        if not _REFRESH.search(said) or endpoint.call.module.is_tool:
            continue
        functions = answering(endpoint)
        if _gives_new(functions) and (_is_stateless(functions) or _adds_only(functions)):
            yield endpoint.call.hit(
                f"`{endpoint.name}` gives a new refresh token, and the old one works again: whoever"
                " copied it stays logged in"
            )


def _gives_new(functions: set[Node]) -> bool:
    """Say whether functions answer with a refresh token that they make: in JSON, in a cookie."""
    return any(_is_made(value) for function in functions for value in _answered(function))


def _answered(function: Node) -> Iterator[Node]:
    """Yield what a function calls a refresh token in what it returns or sets."""
    for entry in function.own(ast.Dict):
        yield from (v for k, v in entry.entries if _TOKEN.search(str(k.literal)))
    for call in function.calls:
        if call.member == "set_cookie":
            key = call.argument(0, "key")
            if _TOKEN.search(str(key.literal or key.last_name)):
                yield call.argument(1, "value")
        elif call.func.definition.is_class:
            yield from (v for k, v in call.keywords.items() if _TOKEN.search(k))


def _is_made(value: Node) -> bool:
    """Say whether a token is made: by a call, perhaps through a name, or with a new row."""
    if value.member and not value.is_call and is_new(value.owner):
        return True
    made = value.value.awaited if value.name else value.awaited
    inner = (call for function in reached([made.callee]) for call in function.calls)
    return made.is_call and any(_MAKES.search(call.last_name) for call in (made, *inner))


def _is_stateless(functions: set[Node]) -> bool:
    """Say whether a refresh verifies a signed token, and writes and asks nothing of others."""
    program = next(iter(functions)).program
    is_signed = any(decode.call.function in functions for decode in decodes(program))
    return is_signed and not any(map(_keeps, functions))


def _keeps(function: Node) -> bool:
    """Say whether a function may end the old token, or look whether it has ended."""
    for call in function.calls:
        if _ENDS.search(call.last_name) or _KEEPERS.search(call.owner.last_name):
            return True
        if call.member in ("add", "commit", "execute", "merge") and is_session(call.owner):
            return True
        if not call.callee and not call.called and call.is_awaited and not is_session(call.owner):
            return True  # nobody knows what it does
    compared = (operand for c in function.own(ast.Compare) for operand in c.operands)
    return any(_ENDS.search(operand.text) for operand in compared)


def _adds_only(functions: set[Node]) -> bool:
    """Say whether a refresh adds the row of a new token, and leaves the old one as it is."""
    return any(map(_leaves_row, functions))


def _leaves_row(function: Node) -> bool:
    for call in function.calls:
        if call.member != "add" or not is_session(call.owner) or not call.args:
            continue
        model = model_named(call.args[0].value.func)
        found = _loaded(function, model) if model and _ROW.search(model.name) else set()
        if found and not any(_touches(node, found) for node in function.own(*_USES)):
            return True
    return False


def _loaded(function: Node, model: Model) -> set[str]:
    """Return the variables of a function that hold a row of a model which a query found."""
    names = (t for s in function.own(ast.Assign) if s.assigned.awaited.is_call for t in s.targets)
    return {t.name for t in names if t.name and row_of(t) == model and not is_new(t)}


def _touches(node: Node, rows: set[str]) -> bool:
    """Say whether a node sets an attribute of a row, hands it over, or deletes or updates rows."""
    if node.is_call:
        is_given = any(given.name in rows for given in node.given)
        return is_given or node.last_name in ("delete", "update") or node.owner.name in rows
    return node.is_target and node.owner.name in rows
