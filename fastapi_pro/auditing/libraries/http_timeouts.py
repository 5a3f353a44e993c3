"""How long a request that blocks its thread may take: of httpx, requests, urllib."""

import math

from fastapi_pro.auditing.libraries.library_calls import (
    HTTPX,
    REQUEST_METHODS,
    REQUESTS,
    REQUESTS_SESSIONS,
)
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_CLIENT = "httpx.Client"
_ADAPTERS = {"requests.adapters.HTTPAdapter", "requests.sessions.HTTPAdapter"}
DEFAULT = 5  # seconds, of httpx; requests and urllib wait for ever


def timeout(call: Node) -> float | None:
    """Return the seconds that a request may take; None if it is no request, or unknown."""
    if call.last_name not in _request_names(call.program) or call.has_unpacking:
        return None
    name = call.called
    kind = call.owner.type if call.member in REQUEST_METHODS else None
    if name == "urllib.request.urlopen":
        return _seconds(call.argument(2, "timeout"), math.inf)
    if name in REQUESTS:
        return _seconds(call.keyword("timeout"), math.inf)
    if kind in REQUESTS_SESSIONS:
        return _seconds(call.keyword("timeout"), _of_session(call.owner))
    if name in HTTPX:
        return _seconds(call.keyword("timeout"), DEFAULT)
    return _seconds(call.keyword("timeout"), _of_client(call.owner)) if kind == _CLIENT else None


@fact
def _request_names(program: Program) -> frozenset[str]:
    """Return the last names of calls that send a request: for a first, cheap check."""
    return frozenset(program.spellings(frozenset({*REQUEST_METHODS, "urlopen"})))


def _of_session(session: Node) -> float | None:
    """Return the seconds of a `requests` session; None if something may set a timeout.

    If the program has sessions that set one, a session from elsewhere may be one of them.
    """
    patient = _patient(session.program)
    made = session.value
    is_given = session.name in [parameter.name for parameter in session.function.parameters]
    is_own = made.called in REQUESTS_SESSIONS and made not in patient and not is_given
    return math.inf if is_own or not patient else None


@fact
def _patient(program: Program) -> set[Node]:
    """Return the sessions that may get a timeout from an adapter or a replaced `request` method."""
    mounts = (call for call in program.calls_named("mount") if len(call.args) == 2)
    found = [call.owner for call in mounts if _is_patient(call.args[1].value)]
    sets = (node for node in program.attributes("request", "send") if node.is_target)
    found += [node.owner for node in sets if "timeout" in node.statement.assigned.text]
    return {session.value for session in found if session.type in REQUESTS_SESSIONS}


def _is_patient(adapter: Node) -> bool:
    """Say whether an adapter of requests may set a timeout: one of another library may."""
    cls = adapter.func.definition
    if not cls.is_class:
        return bool(adapter.called) and adapter.called not in _ADAPTERS
    return any("timeout" in above.text for above in cls.lineage)


def _of_client(client: Node) -> float | None:
    made = client.value
    is_known = made.called == _CLIENT and not made.has_unpacking
    return _seconds(made.keyword("timeout"), DEFAULT) if is_known else None


def _seconds(given: Node, default: float | None) -> float | None:
    """Return the seconds of a timeout as requests and httpx read it; None where unknown."""
    if not given:
        return default
    found = given.value
    if found.called == "httpx.Timeout":
        return _seconds(found.argument(0, "timeout") or found.keyword("read"), None)
    if found.is_none:
        return math.inf
    value = found.constant
    parts = value if isinstance(value, tuple) else (value,)
    numbers = [part for part in parts if isinstance(part, (int, float))]
    return max(numbers) if parts and len(numbers) == len(parts) else None
