"""Clients of other services that are opened for a single request."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.blocking_calls import serving
from fastapi_pro.auditing.libraries.fastapi import dependencies, endpoints
from fastapi_pro.auditing.libraries.library_calls import HTTP_CLIENTS, KEPT_CLIENTS, POOLS, VERBS
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.libraries.rare_work import is_rare
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.bindings import FUNCTIONS
from fastapi_pro.auditing.model.call_graph import is_cached, reached

_TASK = ("fastapi.BackgroundTask", "starlette.background.BackgroundTask")
_OF_ONE_USER = {"app", "cert", "cookies", "cookie_jar", "mounts", "proxies", "proxy", "transport"}
_SIGNS_IN = re.compile(r"log_?in|sign_?in|authenticate|scrape|crawl", re.IGNORECASE)
_LOGIN = re.compile(
    r"log_?in|sign_?in|callback|oauth|authorize|exchange_?(code|token)|token_?exchange"
    r"|/token/?(?= |$)|(^|[^a-z])sso([^a-z]|$)",
    re.IGNORECASE,
)
_HOST = re.compile(r"https?://[^/]")
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.comprehension)
_AIOHTTP = (
    "`session = aiohttp.ClientSession()` in the lifespan, and `await session.close()` at its end"
)
_OF_THREADS = (
    "One `httpx.Client()` that all threads share: make it in the lifespan, and close it there"
)
_ONCE = "Make it once in the lifespan, share it, and close it there"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the clients that functions running for requests open and do not keep."""
    for function in dict.fromkeys((*serving(program), *_background(program))):
        if function.module.is_tool or is_cached(function):
            continue
        for call in function.calls:
            is_client = call.called in KEPT_CLIENTS and not _is_of_one_user(call)
            if call.called in POOLS and function in _depended_on(program):
                continue  # what `depends-cached-per-request` tells
            if is_client and not _is_kept(function, call) and not _is_kept_outside(function, call):
                yield _hit(function, call)


@fact
def _depended_on(program: Program) -> set[Node]:
    """Return the functions that are dependencies, and what these call."""
    return reached(d.target for d in dependencies(program) if d.target.is_function)


def _hit(function: Node, call: Node) -> Hit:
    return call.hit(
        f"`{function.name}` opens a new `{call.called}` each time it runs:"
        f" {KEPT_CLIENTS[call.called]}",
        severity="" if _is_often(function) and _is_one_host(call) else "low",
        fix=_fix(call),
        cause=f"`{call.called}` of {call.module.name}",
    )


def _fix(call: Node) -> str:
    """Return how to keep a client; that of `httpx.AsyncClient` is the rule's."""
    if call.called.startswith("httpx."):
        is_of_threads = call.called == "httpx.Client" and not call.function.is_coroutine
        return _OF_THREADS if is_of_threads else ""
    return _AIOHTTP if call.called.startswith("aiohttp.") else _ONCE


@fact
def _background(program: Program) -> list[Node]:
    """Return the functions that run in the background of requests, by place."""
    added = (call.argument(0, "func") for call in program.calls_named("add_task"))
    made = (call.argument(0, "func") for call in program.calls_of(*_TASK))
    found = reached(work.runs for work in (*added, *made))
    return sorted(found, key=lambda function: function.place)


def _is_of_one_user(call: Node) -> bool:
    """Say whether a client cannot be shared: its cookies, proxy or certificates are its own."""
    if call.has_unpacking or not _OF_ONE_USER.isdisjoint(call.keywords):
        return True
    if call.called not in HTTP_CLIENTS:
        return any(map(_is_local, call.given))
    verify = call.keyword("verify")
    if verify and verify.constant is None and not verify.is_none:
        return True  # whom to trust may differ
    return bool(_SIGNS_IN.search(call.function.name)) and len(_requests(call)) > 1


def _is_local(value: Node) -> bool:
    """Say whether a value, such as a key or an address, differs from one request to the next."""
    for part in value.walk(ast.Name):
        bound = part.bound
        is_local = bound is not None and bound in part.function.bindings(part.name)
        schema = schema_of(part.type)
        if is_local and part.constant is None and not (schema and schema.is_settings):
            return True
    return False


def _is_kept_outside(function: Node, call: Node, depth: int = 0) -> bool:
    """Say whether a function returns the client, or what holds it, to others that keep it."""
    return any(
        is_cached(above.function)
        or _is_kept(above.function, above)
        or (depth < limits.CALLS and _is_kept_outside(above.function, above, depth + 1))
        for above in (function.callers if _is_returned(function, call) else ())
    )


def _is_returned(function: Node, call: Node) -> bool:
    """Say whether a function returns what a call makes, or gives it to what it returns."""
    names = {target.name for target in call.statement.targets} - {""}
    for value in (returned.awaited for returned in function.returned):
        parts = [value, *(value.given if value.is_call else value.elements)]
        if any(part == call or part.name in names for part in parts):
            return True
    return False


@fact
def _answering(program: Program) -> set[Node]:
    """Return the endpoints that answer GET and POST, and the dependencies."""
    asked = {e.function for e in endpoints(program) if e.method in ("get", "post")}
    return asked | {dependency.function for dependency in dependencies(program)}


def _is_often(function: Node) -> bool:
    """Say whether a function answers requests itself; a helper may run once a day."""
    is_asked = function in _answering(function.program) and function not in _logins(
        function.program
    )
    return is_asked and not is_rare(function)


@fact
def _logins(program: Program) -> set[Node]:
    """Return the endpoints that somebody asks once for each login, as their name or path says."""
    asked = [e for e in endpoints(program) if _LOGIN.search(f"{e.path or ''} {e.name}")]
    return {endpoint.function for endpoint in asked}


def _is_one_host(call: Node) -> bool:
    """Say whether all the requests of a client go to one host, by TLS and not in a loop.

    Only then would a connection that is kept be used again.
    """
    if call.called not in HTTP_CLIENTS:
        return True  # its address is constant, see `_is_of_one_user`
    if _costs_little(call):
        return False
    if base := call.keyword("base_url"):
        return _is_fixed(base)
    urls = [r.argument(int(r.member == "request"), "url") for r in _requests(call)]
    return bool(urls) and all(map(_is_fixed, urls))


def _is_fixed(url: Node) -> bool:
    """Say whether an address has a constant host: a literal, or a value of the settings."""
    first = _first(url)
    if isinstance(first.ast, ast.FormattedValue):
        first = first.at(first.ast.value)
    written = first.constant
    if isinstance(written, str):
        return bool(_HOST.match(written))
    return not _is_local(first)


def _requests(call: Node) -> list[Node]:
    """Return the requests that a client makes in its function, which share its cookies."""
    held = call.parent.ast
    target = call.at(held.optional_vars) if isinstance(held, ast.withitem) else call.at(None)
    names = {target.name, *(t.name for t in call.parent.targets)} - {""}
    calls = call.function.calls
    return [one for one in calls if one.member in VERBS and one.owner.name in names]


def _costs_little(call: Node) -> bool:
    """Say whether the requests of a loop share what is opened, or no TLS is spoken."""
    requests = _requests(call)
    if any(_in_loop(request, call) for request in requests):
        return True
    urls = [
        request.argument(int(request.member == "request"), "url")
        for request in requests
        if call.called.startswith("aiohttp.")
    ]
    return bool(urls) and all(map(_is_inside, urls))


def _in_loop(request: Node, call: Node) -> bool:
    """Say whether a request is in a loop that the opening of its client is not in."""
    return any(
        isinstance(above.ast, _LOOPS) and not above.holds(call) for above in request.ancestors
    )


def _is_inside(url: Node) -> bool:
    """Say whether an address begins with `http://`, as that of a neighbour in the network does."""
    return str(_first(url).literal).startswith("http://")


def _first(url: Node) -> Node:
    """Return what an address begins with: the first part of a sum or an f-string."""
    written = url.value
    first = written if isinstance(written.ast, (ast.BinOp, ast.JoinedStr)) else url
    while isinstance(first.ast, (ast.BinOp, ast.JoinedStr)):
        match first.ast:
            case ast.BinOp(left=part) | ast.JoinedStr(values=[part, *_]):
                first = first.at(part)
            case _:
                break
    return first


def _is_kept(function: Node, call: Node) -> bool:
    """Say whether the client, or what it fetched, outlives the function.

    In a global, an attribute or a dictionary; or in another object that it is given to.
    """
    names: set[str] = set()
    for above in call.ancestors:
        is_entered = above.member.startswith("enter_")  # stack.enter_async_context(...)
        is_given = above.is_call and not above.func.holds(call)
        if (is_given and not is_entered) or any(map(_is_part, above.targets)):
            return True
        names |= {target.name for target in above.targets if target.name}
        if isinstance(above.ast, (*FUNCTIONS, ast.Lambda, ast.With, ast.AsyncWith)):
            break
    declared = {
        name
        for node in function.own(ast.Global, ast.Nonlocal)
        if isinstance(node.ast, (ast.Global, ast.Nonlocal))
        for name in node.ast.names
    }
    if names & declared:
        return True
    for node in function.own(ast.Assign):
        is_passed_on = node.assigned.name in names
        is_used = any(part.name in names for part in node.assigned.walk(ast.Name))
        for target in node.targets:
            if _is_entry_of_global(target) or (is_passed_on and _is_part(target)):
                return True
            if is_used and target.name in declared:
                return True
    return False


def _is_part(target: Node) -> bool:
    """Say whether what is assigned becomes part of another object."""
    return isinstance(target.ast, (ast.Attribute, ast.Subscript))


def _is_entry_of_global(target: Node) -> bool:
    """Say whether an assignment fills a dictionary of the module: a cache."""
    name = target.generic
    bound = name.bound
    if bound is None:
        return False
    return bound.kind == "import" or bound in name.at(name.module.tree).bindings(name.name)
