"""Endpoints without a check of the caller that should have one, next to endpoints with one."""

import ast
import re
from collections import defaultdict

from fastapi_pro.auditing.libraries.fastapi import (
    Dependency,
    Endpoint,
    Parameter,
    http_endpoints,
)
from fastapi_pro.auditing.libraries.fastapi_requests import answering
from fastapi_pro.auditing.libraries.guarded_routers import guarded_routers, refuses
from fastapi_pro.auditing.libraries.inclusions import with_included
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import uses
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
ASKS = re.compile(
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
    r"|parse|lookup|echo|device|csp|vote|like|view|click|join|mcp|graphql|rpc|session"
    r"|(in|en)quir|apply_(to|for)|rsvp|donat",
    re.IGNORECASE,
)
"""More actions that are open to strangers, or that only read."""
_PASSWORD = re.compile(r"passw(or)?d|^pwd$|passphrase", re.IGNORECASE)
_SIGN_UP = re.compile(r"(User|Account|Customer|Member)_?(SignUp|Regist(er|ration))|Sign_?[Uu]p")
_ROLE = re.compile(r"role|admin|super_?user|staff|permission|scope|privilege", re.IGNORECASE)
_MAKES_ADMIN = re.compile(
    r"(sign_?up|regist(er|ration)|create|new|add)[/_-](super_?)?(admin|superuser)(?![a-z])"
    r"|(?<![a-z])(super_?)?(admin|superuser)[/_-](sign_?up|regist(er|ration)|create|new|add)",
    re.IGNORECASE,
)
"""Paths and names of what makes somebody an administrator."""
_FIRST = re.compile(r"count|exists?|is_empty|has_\w+|any_\w+|first_run|setup|bootstrap|seed|init")
"""Names of what is asked, or done, where there is no administrator yet."""
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
_PICTURE = re.compile(
    r"avatar|image|img|photo|picture|thumb|icon|logo|cover|banner|badge|embed|feed|rss|ical|status"
    r"|schema|static",
    re.IGNORECASE,
)
"""Paths and names of what a page shows: a browser asks for them without a header."""
_KEY = re.compile(r"token|^sig(nature)?$|secret|api_?key|passw|^code$|^hash$", re.IGNORECASE)
"""Names of parameters with which a link proves that its holder may follow it."""
_OWN_KEY = re.compile(r"token|auth|api_?key|secret", re.IGNORECASE)
"""Names of headers with which a caller proves who it is."""
_UPLOADS = {"generate_presigned_post", "presigned_put_object", "presigned_post_policy"}
_SIGNERS = {"generate_presigned_url", "generate_signed_url", "get_presigned_url"}
_WRITES = {"put_object", "upload_part", "PUT", "POST", "RESUMABLE"}
"""What a signed URL allows its holder to do: in terms of S3, of HTTP, of Google."""
_FILES = ("fastapi.responses.FileResponse", "fastapi.responses.StreamingResponse")
_FETCHES = {"fetch", "fetchrow", "fetchval", "fetch_one", "fetch_all", "fetchmany"}
_WRITING = re.compile(r"\s*(INSERT|UPDATE|DELETE|MERGE|TRUNCATE)\b", re.IGNORECASE)


@fact
def open_routes(program: Program) -> dict[Endpoint, Endpoint]:
    """Return the endpoints that ask for no login, each with one that does.

    They change something, or show what is for administrators. Both belong to one router, where at
    least as many endpoints have a check. A read is one of them where all others of its router ask,
    and it shows more of what another read asks for. A URL with which anybody uploads is one where
    any endpoint of the program asks.
    """
    found: dict[Endpoint, Endpoint] = {}
    others: list[Endpoint] = []
    for listed in _by_router(program).values():
        asking = [endpoint for endpoint in listed if check_of(endpoint)]
        asking = asking or [endpoint for endpoint in listed if key_of(endpoint)]
        rest = [endpoint for endpoint in listed if endpoint not in asking]
        others += [endpoint for endpoint in rest if _signs_uploads(endpoint)]
        free = [e for e in rest if asking and _is_free(e)]
        if len(rest) == 1 and rest[0] not in free and _shows_more(rest[0], asking):
            free = rest
        if len(free) <= len(asking):
            found |= {endpoint: _nearest(endpoint, asking) for endpoint in free}
    uploads = [endpoint for endpoint in others if endpoint not in found and _is_free(endpoint)]
    if uploads and (asking := _all_asking(program)):
        found |= {endpoint: _nearest(endpoint, asking) for endpoint in uploads}
    guarded = guarded_routers(program) if found else set()
    if guarded is None:
        return {}
    return {free: asking for free, asking in found.items() if free.router not in guarded}


@fact
def open_admin_routers(program: Program) -> dict[Node, tuple[list[Endpoint], Endpoint | None]]:
    """Return the routers for administrators of which no endpoint asks who is calling.

    Each with its endpoints that change something, or show data where administrators log in
    elsewhere, and with an endpoint of the program that does ask. A router that only reads counts if
    its own path names administrators, or whose data it shows.
    """
    found: dict[Node, tuple[list[Endpoint], Endpoint | None]] = {}
    for router, listed in _by_router(program).items():
        shown = [e for e in listed if _is_of_admins(e) and not _is_named_open(e)]
        if not shown or not all(_asks_nobody(endpoint) for endpoint in listed):
            continue
        asking = _all_asking(program)
        matters = [e for e in shown if (changes(e) if e.method in _CHANGES else _reads(e))]
        is_private = any(_is_of_admins(endpoint) for endpoint in asking) and (
            _names_admins(router) or any("{" in _own_path(e) for e in matters)
        )
        if matters and (is_private or any(e.method in _CHANGES for e in matters)):
            of_admins = [other for other in asking if _is_of_admins(other)] or asking
            found[router] = (matters, _nearest(matters[0], of_admins) if asking else None)
    guarded = guarded_routers(program) if found else set()
    if guarded is None:
        return {}
    return {router: told for router, told in found.items() if router not in guarded}


@fact
def open_admin_makers(program: Program) -> dict[Endpoint, Endpoint]:
    """Return the endpoints with which a stranger becomes an administrator, each with one that asks.

    Those count that check nothing: no login, no secret, and not whether this is the first one.
    """
    makers = [e for e in http_endpoints(program) if e.method == "post" and _makes_admin(e)]
    asking = _all_asking(program) if makers else []
    guarded = guarded_routers(program) if asking else set()
    if guarded is None:
        return {}
    return {e: _nearest(e, asking) for e in makers if asking and e.router not in guarded}


def _makes_admin(endpoint: Endpoint) -> bool:
    if not _MAKES_ADMIN.search(f"{endpoint.path} {endpoint.name}") or endpoint.call.module.is_tool:
        return False
    schemas = [schema for p in endpoint.parameters if (schema := schema_of(p.type))]
    names = [p.name for p in endpoint.parameters] + [n for s in schemas for n in s.fields]
    proofs = (name for name in names if not _PASSWORD.search(name))
    if any(_KEY.search(name) or _OWN_KEY.search(name) for name in proofs) or check_of(endpoint):
        return False
    functions = answering(endpoint)
    calls = (call.last_name for function in functions for call in function.calls)
    is_plain = (
        all(map(is_harmless, own_dependencies(endpoint))) and len(endpoint.function.decorators) == 1
    )
    is_asked = any(map(_is_asked, endpoint.parameters)) or refuses(functions)
    return is_plain and not is_asked and not any(map(_FIRST.match, calls))


@fact
def _by_router(program: Program) -> dict[Node, list[Endpoint]]:
    found: dict[Node, list[Endpoint]] = defaultdict(list)
    for endpoint in http_endpoints(program):
        if endpoint.router.is_call and not endpoint.call.module.is_tool:
            found[endpoint.router].append(endpoint)
    return found


@fact
def _all_asking(program: Program) -> list[Endpoint]:
    """Return all endpoints with a dependency that checks the caller."""
    return [e for listed in _by_router(program).values() for e in listed if check_of(e)]


def check_of(endpoint: Endpoint) -> str:
    """Return the text of the dependency that checks the caller of an endpoint."""
    key = (endpoint.call.ast, endpoint.function.ast)
    return endpoint.call.program.once(_check_of, key, endpoint)


def _check_of(endpoint: Endpoint) -> str:
    for dependency in own_dependencies(endpoint):
        if _is_login(dependency):
            return dependency.name
    return ""


def key_of(endpoint: Endpoint) -> str:
    """Return the header whose value an endpoint compares by itself, and refuses others."""
    for parameter in endpoint.parameters:
        if parameter.marker("fastapi.Header") and _OWN_KEY.search(parameter.name):
            return parameter.name if refuses(reached([endpoint.function])) else ""
    return ""


def _nearest(endpoint: Endpoint, others: list[Endpoint]) -> Endpoint:
    same = [o for o in others if o.call.module is endpoint.call.module] or others
    return min(same, key=lambda other: abs(other.call.line - endpoint.call.line))


def own_dependencies(endpoint: Endpoint) -> list[Dependency]:
    """Return the dependencies of an endpoint, including those of libraries."""
    found = [p.dependency for p in endpoint.parameters if p.dependency is not None]
    return [*found, *endpoint.dependencies]


def _is_login(dependency: Dependency) -> bool:
    """Say whether a dependency refuses unknown callers."""
    named = dependency.name
    if _LOGIN.search(named) and not _HARMLESS.search(named):
        return True
    given = dependency.call.argument(0, "dependency").callee
    return _refuses(dependency.function) or _refuses(given)


def _refuses(function: Node) -> bool:
    """Say whether a function, or one that it calls, refuses a caller."""
    return bool(function) and function.program.once(_is_refusing, function.ast, function)


def _is_refusing(function: Node) -> bool:
    return refuses(reached([function]))


def _is_free(endpoint: Endpoint) -> bool:
    """Say whether an endpoint should ask who is calling, and nothing in it looks like a check."""
    if endpoint.method in _CHANGES:
        matters = not _is_named_open(endpoint) and changes(endpoint)
    else:
        matters = not _is_named_open(endpoint) and (
            _shows_to_admins(endpoint) or _signs_uploads(endpoint)
        )
    return matters and _asks_nobody(endpoint)


def _is_named_open(endpoint: Endpoint) -> bool:
    """Say whether strangers, or services with a secret, call it by its path and name."""
    said = f"{endpoint.path} {endpoint.name}"
    is_open = _OPEN.search(said) or (endpoint.method == "post" and _OPEN_POST.search(said))
    return endpoint.path is None or bool(is_open)


def changes(endpoint: Endpoint) -> bool:
    """Say whether an endpoint that may change something does so."""
    calls = (call for function in answering(endpoint) for call in function.calls)
    return endpoint.method != "post" or any(
        _EFFECT.search(c.last_name) or _signs_upload(c) or _stores(c) for c in calls
    )


def _stores(call: Node) -> bool:
    """Say whether a call fetches what an INSERT or UPDATE returns."""
    sql = call.args[0].constant if call.last_name in _FETCHES and call.args else None
    return isinstance(sql, str) and bool(_WRITING.match(sql))


def _signs_uploads(endpoint: Endpoint) -> bool:
    """Say whether an endpoint makes a URL with which its holder writes to a storage."""
    return any(_signs_upload(call) for f in answering(endpoint) for call in f.calls)


def _signs_upload(call: Node) -> bool:
    if call.last_name in _UPLOADS:
        return True
    if call.last_name not in _SIGNERS:
        return False
    given = [call.keyword(name) for name in ("ClientMethod", "HttpMethod", "method", "http_method")]
    return any(item.constant in _WRITES for item in (*call.args[:1], *given))


def _asks_nobody(endpoint: Endpoint) -> bool:
    """Say whether nothing in an endpoint looks like a check of who is calling."""
    if len(endpoint.function.decorators) > 1:
        return False
    listed = endpoint.call.keyword("dependencies")
    if listed and not isinstance(listed.ast, ast.List):
        return False
    if any(p.is_filled_otherwise or _is_asked(p) for p in endpoint.parameters):
        return False
    if not all(map(is_harmless, own_dependencies(endpoint))) or _signs_up(endpoint):
        return False
    functions = answering(endpoint)
    calls = (call for function in functions for call in function.calls)
    asks = (call for call in calls if ASKS.search(call.last_name))
    # to make a service, `JWTService()`, asks nothing
    return not refuses(functions) and all(call.func.definition.is_class for call in asks)


def _shows_more(endpoint: Endpoint, asking: list[Endpoint]) -> bool:
    """Say whether a read shows more of one thing than others, which ask who is calling.

    It is below another read of that thing, or beside it.
    """
    said = f"{endpoint.path} {endpoint.name}"
    if endpoint.method != "get" or len(asking) < len(_CHANGES) - 1 or _PICTURE.search(said):
        return False
    if _is_named_open(endpoint) or any(_KEY.search(p.name) for p in endpoint.parameters):
        return False
    reads = [other.path or "" for other in asking if other.method == "get"]
    place = (endpoint.path or "").rpartition("/")[0]
    is_beside = "{" in place and any(path.rpartition("/")[0] == place for path in reads)
    is_more = any("{" in path and (endpoint.path or "").startswith(f"{path}/") for path in reads)
    is_more = is_more or is_beside
    if not is_more or not _asks_nobody(endpoint):
        return False
    return _reads(endpoint) or any(call.called in _FILES for call in endpoint.function.calls)


def _shows_to_admins(endpoint: Endpoint) -> bool:
    """Say whether an endpoint reads from the database what is for administrators by its path."""
    return endpoint.method == "get" and _is_of_admins(endpoint) and _reads(endpoint)


def _reads(endpoint: Endpoint) -> bool:
    return any(use for f in answering(endpoint) for use in uses(f))


def _own_path(endpoint: Endpoint) -> str:
    return f"{endpoint.router.keyword('prefix').constant or ''}{endpoint.path}"


def _is_of_admins(endpoint: Endpoint) -> bool:
    is_named = _OF_ADMINS.search(endpoint.path or "")
    return bool(is_named) or endpoint.router in _admin_routers(endpoint.call.program)


@fact
def _admin_routers(program: Program) -> set[Node]:
    """Return the routers of which a prefix, also one where they are included, names admins."""
    found = {call for call in program.calls_of("fastapi.APIRouter") if _names_admins(call)}
    return with_included(found, program, _names_admins)


def _names_admins(call: Node) -> bool:
    prefix = call.keyword("prefix")
    said = prefix.constant if isinstance(prefix.constant, str) else prefix.text.strip("f\"'")
    return bool(prefix) and bool(_OF_ADMINS.search(said))


def _signs_up(endpoint: Endpoint) -> bool:
    """Say whether an endpoint makes an account, and no role that one may choose.

    It takes a password, or the name of what it takes says so.
    """
    given = [p for p in endpoint.parameters if endpoint.method == "post" and not p.dependency]
    schemas = [schema for p in given if (schema := schema_of(p.type))]
    names = [p.name for p in given] + [name for schema in schemas for name in schema.fields]
    is_account = any(map(_PASSWORD.search, names)) or any(_SIGN_UP.search(s.name) for s in schemas)
    return is_account and not any(map(_ROLE.search, names))


def _is_asked(parameter: Parameter) -> bool:
    """Say whether an endpoint may check the caller by itself: by a header, by the request."""
    is_read = parameter.marker("fastapi.Header", "fastapi.Cookie")
    is_request = parameter.node.annotation.text.endswith("Request")
    return bool(is_read) or (is_request and schema_of(parameter.type) is None)


def is_harmless(dependency: Dependency) -> bool:
    """Say whether a dependency only provides a value, and refuses nobody."""
    target = dependency.target
    if not target:
        return bool(_HARMLESS.search(dependency.call.argument(0, "dependency").text))
    return not _CHECK.search(target.name) or bool(_HARMLESS.search(target.name))
