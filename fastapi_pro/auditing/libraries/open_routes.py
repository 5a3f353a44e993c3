"""Endpoints without a check of the caller that should have one, next to endpoints with one."""

import ast
import re
from collections import defaultdict

from fastapi_pro.auditing.libraries.fastapi import (
    Dependency,
    Endpoint,
    Parameter,
    apps,
    http_endpoints,
)
from fastapi_pro.auditing.libraries.fastapi_requests import (
    MIDDLEWARE_METHODS,
    added_middleware,
    answering,
    is_http_middleware,
    is_middleware_class,
)
from fastapi_pro.auditing.libraries.http_errors import raised_status, status
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import uses
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_CHANGES = ("post", "put", "patch", "delete")
_CHECK = re.compile(
    r"user|auth|log_?in|admin|staff|permission|require|role|scope|access|polic(y|ies)|allow"
    r"|principal|caller|viewer|identity|credential|account|member|owner|tenant|jwt|token|bearer"
    r"|api_?key|secret|signature|protect|secur|guard|verif|valid_|check|csrf|captcha|license|me\b",
    re.IGNORECASE,
)
"""Names of functions that may be a check."""
_LOGIN = re.compile(
    r"(current|logged_?in|active|authenticated|verified|require\w*|get|auth\w*)_?\w*(user|admin"
    r"|account|principal|member|identity)|auth(enticated?|ori[sz]ed?)?($|[^a-z])|log_?in|require"
    r"|permission|has_role|bearer|api_?key|superuser|jwt|verify_token|oauth2",
    re.IGNORECASE,
)
"""Names of functions that are a check."""
_GUARD = re.compile(r"auth|log_?in|jwt|bearer|api_?key|permission|identity|protect", re.IGNORECASE)
"""Names of middleware that may check the caller."""
_ASKS = re.compile(
    r"auth|login|permission|require|verif|jwt|token|credential|api_?key|signature|secret|hmac"
    r"|compare_digest|current_?user|principal|password|can_|may_|enforce|policy|allowed"
    r"|(check|ensure|assert|is)_\w*(access|admin|owner|perm|role|scope|tenant|user|right)",
    re.IGNORECASE,
)
"""Names of functions that may check the caller by themselves."""
_OPEN = re.compile(
    r"log_?(in|out)|sign_?(in|up|out|on)|regist(er|ration)|token|auth|oauth|oidc|saml|sso|refresh"
    r"|password|forgot|reset|recover|verif|confirm|activat|otp|mfa|2fa|passkey|webauthn|web_?hook"
    r"|call_?back|health|public|open|anonymous|guest|visitor|(un)?subscri|invit|internal|test|debug"
    r"|demo|captcha|csrf|share",
    re.IGNORECASE,
)
"""Paths and names of actions that are open to strangers, or to services with a secret of their own.
"""
_OPEN_POST = re.compile(
    r"hook|notif|ipn|stripe|slack|telegram|github|twilio|ping|contact|feedback|newsletter|waitlist"
    r"|lead|track|event|telemetry|analytics|beacon|report|heartbeat|agent|worker|cron|setup|install"
    r"|bootstrap|onboard|seed|init|search|query|filter|valid|check|preview|estimate|calculat|convert"
    r"|parse|lookup|echo|device|csp|vote|like|view|click|join|mcp|graphql|rpc|session",
    re.IGNORECASE,
)
"""More actions that are open to strangers, or that only read."""
_PASSWORD = re.compile(r"passw(or)?d|^pwd$|passphrase", re.IGNORECASE)
_ROLE = re.compile(r"role|admin|super_?user|staff|permission|scope|privilege", re.IGNORECASE)
_HARMLESS = re.compile(
    r"db|database|session|settings|config|repo|service|client|cache|redis|pagina|page|param|query"
    r"|logger|limit|unit_of_work|uow|engine|storage|crud|dao|manager|background|container|store",
    re.IGNORECASE,
)
"""Names of dependencies of libraries that only provide a value, and refuse nobody."""
_EFFECT = re.compile(
    r"^(add|create|insert|update|upsert|delete|remove|save|merge|commit|set|put|write|upload|send"
    r"|start|stop|run|execute|trigger|enqueue|publish|process|store|import)(_|$|[A-Z])",
)
_OF_ADMINS = re.compile(r"(^|/)(super)?admin(s|istration)?(/|$)", re.IGNORECASE)
"""Paths of what only administrators are to read."""
_REFUSALS = (401, 403)


@fact
def open_routes(program: Program) -> dict[Endpoint, Endpoint]:
    """Return the endpoints that ask for no login, each with one that does.

    They change something, or show what is for administrators. Both belong to one router, where at
    least as many endpoints have a check.
    """
    by_router: dict[Node, list[Endpoint]] = defaultdict(list)
    for endpoint in http_endpoints(program):
        if endpoint.router.is_call and not endpoint.call.module.is_tool:
            by_router[endpoint.router].append(endpoint)
    found: dict[Endpoint, Endpoint] = {}
    for listed in by_router.values():
        asking = [endpoint for endpoint in listed if check_of(endpoint)]
        free = [e for e in listed if asking and e not in asking and _is_free(e)]
        if len(free) <= len(asking):
            found |= {endpoint: _nearest(endpoint, asking) for endpoint in free}
    guarded = _guarded_routers(program) if found else set()
    if guarded is None or (found and _is_guarded_as_a_whole(program)):
        return {}
    return {free: asking for free, asking in found.items() if free.router not in guarded}


def check_of(endpoint: Endpoint) -> str:
    """Return the text of the dependency that checks the caller of an endpoint."""
    for dependency in _own(endpoint):
        if _is_login(dependency):
            return dependency.name
    return ""


def _nearest(endpoint: Endpoint, others: list[Endpoint]) -> Endpoint:
    same = [o for o in others if o.call.module is endpoint.call.module] or others
    return min(same, key=lambda other: abs(other.call.line - endpoint.call.line))


def _own(endpoint: Endpoint) -> list[Dependency]:
    """Return the dependencies of an endpoint, including those of libraries."""
    found = [p.dependency for p in endpoint.parameters if p.dependency is not None]
    return [*found, *endpoint.dependencies]


def _is_login(dependency: Dependency) -> bool:
    """Say whether a dependency refuses unknown callers."""
    named = dependency.name
    if _LOGIN.search(named) and not _HARMLESS.search(named):
        return True
    given = dependency.call.argument(0, "dependency")
    return refuses(reached([dependency.function, given.callee]))


def refuses(functions: set[Node]) -> bool:
    """Say whether one of these functions raises 401 or 403."""
    return any(raised_status(s) in _REFUSALS for f in functions for s in f.walk(ast.Raise))


def _is_free(endpoint: Endpoint) -> bool:
    """Say whether an endpoint should ask who is calling, and nothing in it looks like a check."""
    if endpoint.method not in _CHANGES and not _shows_to_admins(endpoint):
        return False
    said = f"{endpoint.path} {endpoint.name}"
    is_open = _OPEN.search(said) or (endpoint.method == "post" and _OPEN_POST.search(said))
    if endpoint.path is None or is_open or len(endpoint.function.decorators) > 1:
        return False
    listed = endpoint.call.keyword("dependencies")
    if listed and not isinstance(listed.ast, ast.List):
        return False
    if any(p.is_filled_otherwise or _is_asked(p) for p in endpoint.parameters):
        return False
    if not all(map(_is_harmless, _own(endpoint))) or _signs_up(endpoint):
        return False
    functions = answering(endpoint)
    calls = [call for function in functions for call in function.calls]
    if refuses(functions) or any(_ASKS.search(call.last_name) for call in calls):
        return False
    return endpoint.method != "post" or any(_EFFECT.search(call.last_name) for call in calls)


def _shows_to_admins(endpoint: Endpoint) -> bool:
    """Say whether an endpoint reads from the database what is for administrators by its path."""
    if endpoint.method != "get":
        return False
    prefix = endpoint.router.keyword("prefix").constant
    is_named = _OF_ADMINS.search(f"{prefix or ''}{endpoint.path}")
    return bool(is_named) and any(use for f in answering(endpoint) for use in uses(f))


def _signs_up(endpoint: Endpoint) -> bool:
    """Say whether an endpoint makes an account with a password, and no role that one may choose."""
    schemas = [schema_of(p.type) for p in endpoint.parameters if endpoint.method == "post"]
    names = [name for schema in schemas if schema for name in schema.fields]
    return any(map(_PASSWORD.search, names)) and not any(map(_ROLE.search, names))


def _is_asked(parameter: Parameter) -> bool:
    """Say whether an endpoint may check the caller by itself: by a header, by the request."""
    is_read = parameter.marker("fastapi.Header", "fastapi.Cookie")
    return bool(is_read) or parameter.node.annotation.text.endswith("Request")


def _is_harmless(dependency: Dependency) -> bool:
    """Say whether a dependency only provides a value, and refuses nobody."""
    target = dependency.target
    if not target:
        return bool(_HARMLESS.search(dependency.call.argument(0, "dependency").text))
    return not _CHECK.search(target.name) or bool(_HARMLESS.search(target.name))


def _is_guarded_as_a_whole(program: Program) -> bool:
    """Say whether an application has dependencies, or a middleware that may check the caller."""
    if any(map(_has_own, apps(program))):
        return True
    kinds = [c.argument(0, "middleware_class") for c in program.calls_named("add_middleware")]
    kinds += [c.argument(0, "cls") for c in program.calls_of("fastapi.middleware.Middleware")]
    functions = {f for f in program.functions if any(map(is_http_middleware, f.decorators))}
    functions |= added_middleware(program)
    classes = [cls for cls in program.classes if is_middleware_class(cls)]
    functions |= {cls.method(name) for cls in classes for name in MIDDLEWARE_METHODS}
    if any(_GUARD.search(kind.text) for kind in kinds):
        return True
    inside = reached(functions)
    return refuses(inside) or any(_answers_refusal(call) for f in inside for call in f.calls)


def _answers_refusal(call: Node) -> bool:
    return status(call.keyword("status_code")) in _REFUSALS


def _guarded_routers(program: Program) -> set[Node] | None:
    """Return the routers with dependencies for all their endpoints; None if unknown."""
    includes = [
        (call, call.owner.value, call.argument(0, "router").value)
        for call in program.calls_named("include_router")
    ]
    calls = program.calls_of("fastapi.APIRouter")
    guarded = {call for call in calls if call.keyword("route_class") or _has_own(call)}
    for _ in range(limits.CALLS):
        added = {child for call, parent, child in includes if _has_own(call) or parent in guarded}
        if not all(child.is_call for child in added):
            return None
        if added <= guarded:
            break
        guarded |= added
    return guarded


def _has_own(call: Node) -> bool:
    return bool(call.keyword("dependencies")) or call.has_unpacking
