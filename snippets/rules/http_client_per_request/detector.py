"""Clients of other services that are opened for a single request."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.blocking_calls import serving
from fastapi_pro.auditing.libraries.library_calls import HTTP_CLIENTS, KEPT_CLIENTS
from fastapi_pro.auditing.libraries.pydantic import schema_of
from fastapi_pro.auditing.model.bindings import FUNCTIONS
from fastapi_pro.auditing.model.call_graph import is_cached, reached

_TASK = ("fastapi.BackgroundTask", "starlette.background.BackgroundTask")
_OF_ONE_USER = {"app", "cert", "cookies", "cookie_jar", "mounts", "proxies", "proxy", "transport"}
_SIGNS_IN = re.compile(r"log_?in|sign_?in|authenticate|scrape|crawl", re.IGNORECASE)
_SENDS = {"delete", "get", "head", "options", "patch", "post", "put", "request", "send", "stream"}
_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.comprehension)
_AIOHTTP = (
    "`session = aiohttp.ClientSession()` in the lifespan, and `await session.close()` at its end"
)
_ONCE = "Make it once in the lifespan, share it, and close it there"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the clients that functions running for requests open and do not keep."""
    for function in dict.fromkeys((*serving(program), *_background(program))):
        if function.module.is_tool or is_cached(function):
            continue
        for call in function.calls:
            is_client = call.called in KEPT_CLIENTS and not _is_of_one_user(call)
            if is_client and not _is_kept(function, call) and not _is_kept_outside(function, call):
                yield _hit(function, call)


def _hit(function: Node, call: Node) -> Hit:
    return call.hit(
        f"`{function.name}` opens an `{call.called}` of its own each time it runs:"
        f" {KEPT_CLIENTS[call.called]}",
        severity="low" if _costs_little(call) else "",
        fix=_fix(call),
        cause=f"`{call.called}` of {call.module.name}",
    )


def _fix(call: Node) -> str:
    """Return how to keep a client; that of httpx is the rule's."""
    if call.called.startswith("httpx."):
        return ""
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
    parameters = {parameter.name for parameter in call.function.parameters} - {"self", "request"}
    if any(name.name in parameters for name in (verify, *verify.value.walk(ast.Name))):
        return True  # who calls says whom to trust
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


def _is_kept_outside(function: Node, call: Node) -> bool:
    """Say whether a function returns the client to others that keep it."""
    names = {target.name for target in call.statement.targets} - {""}
    returned = [value.awaited for value in function.returned]
    is_returned = any(value == call or value.name in names for value in returned)
    return is_returned and any(_is_kept(above.function, above) for above in function.callers)


def _requests(call: Node) -> list[Node]:
    """Return the requests that a client makes in its function, which share its cookies."""
    held = call.parent.ast
    target = call.at(held.optional_vars) if isinstance(held, ast.withitem) else call.at(None)
    names = {target.name, *(t.name for t in call.parent.targets)} - {""}
    calls = call.function.calls
    return [one for one in calls if one.member in _SENDS and one.owner.name in names]


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
    first = url
    while isinstance(first.ast, (ast.BinOp, ast.JoinedStr)):
        match first.ast:
            case ast.BinOp(left=part) | ast.JoinedStr(values=[part, *_]):
                first = first.at(part)
            case _:
                break
    return str(first.literal).startswith("http://")


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
    for node in function.own(ast.Global, ast.Nonlocal, ast.Assign):
        if isinstance(node.ast, (ast.Global, ast.Nonlocal)) and names & {*node.ast.names}:
            return True
        is_passed_on = node.assigned.name in names
        if any(_is_entry_of_global(t) or (is_passed_on and _is_part(t)) for t in node.targets):
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
