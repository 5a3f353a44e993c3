"""Tokens of the request whose signature or expiry nobody verifies."""

import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.environments import is_for_developers
from fastapi_pro.auditing.libraries.jwt import Decode, decodes
from fastapi_pro.auditing.libraries.request_texts import Search
from fastapi_pro.auditing.model.call_graph import reached

_READS = ("jose.jwt.get_unverified_claims", "jose.jws.get_unverified_claims")
_SPLITS = frozenset({"split", "partition", "removeprefix", "replace", "startswith", "count"})
_RECORD = re.compile(r"log(?!in)|metric|trac|telemetry|audit|sentry", re.IGNORECASE)
_HOUR = 3600
_UNITS = {"weeks": 604800, "days": 86400, "hours": 3600, "minutes": 60, "seconds": 1}


def _parts(expr: Node) -> list[Node]:
    """Follow `header.split(" ")[1]`."""
    return [expr.owner] if expr.member in _SPLITS else []


_TOKEN = Search(_parts, no_checks=_SPLITS)


def detect(program: Program) -> Iterator[Hit]:
    """Yield what reads the claims of a request's token, or its expiry, without a check."""
    verified = {decode.call for decode in decodes(program) if not decode.is_unverified}
    for decode in decodes(program):
        name = decode.call.func.text
        given = decode.options or {}
        if given.get("verify_signature", True) is False:
            yield from _read(decode.call, decode.token, verified)
        elif given.get("verify_exp", True) is False:
            continue  # token-without-expiry tells it
        elif (leeway := _leeway(decode)) >= _HOUR:
            hours = round(leeway / _HOUR)
            yield decode.call.hit(f"`{name}` accepts tokens for {hours} h after they expired")
    for call in program.calls_of(*_READS):
        if not call.module.is_tool:
            yield from _read(call, call.argument(0, "token"), verified)


def _read(call: Node, token: Node, verified: set[Node]) -> Iterator[Hit]:
    """Yield a call that reads the claims of a token which nothing near it verifies."""
    callers = [caller.function for caller in call.function.callers]
    around = [call.function, *callers]
    is_verified = any(c in verified for function in reached(around) for c in function.calls)
    if is_for_developers(call) or _is_shown(call.function, token):
        return
    if not (is_verified or all(map(_is_record, callers or around))) and _is_of_request(token):
        yield call.hit(
            f"`{call.func.text}` does not verify the signature: a client can write its own claims"
        )


def _is_shown(function: Node, token: Node) -> bool:
    """Say whether a function has Amazon Cognito check a token, by asking whose it is."""
    asking = (call for call in function.calls if call.member == "get_user")
    return any(call.keyword("AccessToken").text == token.text for call in asking)


def _is_record(function: Node) -> bool:
    """Say whether a function only notes who calls: logs, metrics, traces."""
    named = f"{function.name} {function.enclosing_class.name}"
    return _RECORD.search(named) is not None


def _is_of_request(token: Node) -> bool:
    return _TOKEN.unchecked(token) is not None


def _leeway(decode: Decode) -> float:
    """Return the seconds for which an expired token is still accepted, 0 where unknown."""
    given = decode.call.keyword("leeway").value
    if given.called == "datetime.timedelta":
        values = {"days": given.argument(0, "days"), **given.keywords}
        return sum(_number(value) * _UNITS.get(unit, 0) for unit, value in values.items())
    options = decode.options or {}
    return _number(given) or _as_number(options.get("leeway"))


def _number(node: Node) -> float:
    return _as_number(node.constant)


def _as_number(value: object) -> float:
    return value if isinstance(value, (int, float)) else 0
