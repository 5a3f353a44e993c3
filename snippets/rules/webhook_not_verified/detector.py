"""Webhooks that anybody may post, always or where a setting is empty."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.configured_values import default_of, environment_name
from fastapi_pro.auditing.libraries.environments import is_for_developers
from fastapi_pro.auditing.libraries.fastapi import Endpoint, http_endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import answering
from fastapi_pro.auditing.libraries.guarded_routers import guarded_routers, refuses
from fastapi_pro.auditing.libraries.open_routes import (
    ASKS,
    changes,
    check_of,
    is_harmless,
    own_dependencies,
)
from fastapi_pro.auditing.libraries.pydantic import schema_of

_HOOK = re.compile(r"web_?hooks?(?![a-z])|(^|[/_])hooks?([/_ ]|$)", re.IGNORECASE)
"""Paths and names of what a provider posts to."""
_MANAGES = re.compile(
    r"create|add|new|register|subscrib|update|edit|delete|remove|set_|test|trigger|send|retry"
    r"|replay|redeliver|list|enable|disable|activate|validate|rotate|config|manage|setup",
    re.IGNORECASE,
)
"""Paths and names of what users do with webhooks of the service itself."""
_SECRET = re.compile(
    r"secret|signing|token|(api|webhook|hook|hmac|shared|public)_?key", re.IGNORECASE
)
_PROVES = re.compile(
    r"sig(nature|ned)?|secret|token|auth|key|hmac|verif|hash|challenge|svix|passw", re.IGNORECASE
)
"""Names of headers, parameters and fields that prove who has sent something."""
_VERIFIES = re.compile(
    r"construct_event|parse_event|unwrap|compare_digest|validate|retrieve|get_(payment|order|charge)"
    r"|fetch_|lookup|signed|signature|allow|trusted|whitelist",
    re.IGNORECASE,
)
"""Names of calls that verify a webhook, or ask the provider for what it tells of."""
_COMPARED = re.compile(r"secret|token|signature|sig$|digest|hmac|api_?key|passw|(^|\.)host$|_ip$")
_COMPARES = ("hmac.compare_digest", "secrets.compare_digest")
_STARTS = {
    "add_task", "apply_async", "create_task", "delay", "enqueue_job", "kiq", "send_task",
}  # fmt: skip
_READS = {"body", "json", "form", "stream"}
_REFUSED = (False, 400, 401, 403, 404, 422, 500, 501, 503)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the endpoints that verify nothing, and the checks that an empty setting leaves out."""
    if not program.saying("hook", "Hook"):
        return
    hooks = [endpoint for endpoint in http_endpoints(program) if _is_hook(endpoint)]
    guarded = guarded_routers(program) if hooks else None
    for endpoint in hooks if guarded is not None else ():
        if endpoint.router not in guarded and _believes(endpoint):  # type: ignore[operator]
            yield endpoint.call.hit(
                f"nothing verifies who calls `{endpoint.name}`: whoever posts to"
                f" `{endpoint.path}` is believed"
            )
    functions = {function for endpoint in hooks for function in answering(endpoint)}
    for function in sorted(functions, key=lambda function: function.place):
        yield from _left_out(function)


def _is_hook(endpoint: Endpoint) -> bool:
    """Say whether a provider posts its events to an endpoint, as its path or name says."""
    prefix = endpoint.router.keyword("prefix").constant or ""
    said = f"{prefix}{endpoint.path} {endpoint.name}"
    is_post = endpoint.method == "post" and not endpoint.call.module.is_tool
    return is_post and bool(_HOOK.search(said)) and not _MANAGES.search(said)


def _believes(endpoint: Endpoint) -> bool:
    """Say whether an endpoint does what it is told, and looks at no proof."""
    function = endpoint.function
    if not _takes_body(endpoint) or not _acts(endpoint) or len(function.decorators) > 1:
        return False
    listed = endpoint.call.keyword("dependencies")
    if check_of(endpoint) or (listed and not isinstance(listed.ast, ast.List)):
        return False
    if not all(map(is_harmless, own_dependencies(endpoint))) or _is_managed(endpoint):
        return False
    functions = answering(endpoint)
    return not (_proves(endpoint) or refuses(functions) or any(map(_looks, functions)))


def _acts(endpoint: Endpoint) -> bool:
    """Say whether an endpoint changes something, or has a task do so."""
    calls = (call for function in answering(endpoint) for call in function.calls)
    return changes(endpoint) or any(call.member in _STARTS for call in calls)


def _takes_body(endpoint: Endpoint) -> bool:
    """Say whether an endpoint takes a body: a schema, a dictionary, or what the request has."""
    kinds = [p.type for p in endpoint.parameters if p.dependency is None]
    if any(schema_of(kind) or kind == "builtins.dict" for kind in kinds):
        return True
    calls = (call for function in answering(endpoint) for call in function.calls)
    return any(c.member in _READS and c.owner.is_a("fastapi.Request") for c in calls)


def _is_managed(endpoint: Endpoint) -> bool:
    """Say whether others of its router change or delete what an endpoint adds."""
    others = (e for e in http_endpoints(endpoint.call.program) if e.router == endpoint.router)
    own = endpoint.path or ""
    return any(
        e.method in ("put", "patch", "delete") and (e.path or "").startswith(own) for e in others
    )


def _proves(endpoint: Endpoint) -> bool:
    """Say whether the path, a parameter or a header holds what proves who is calling."""
    for parameter in endpoint.parameters:
        in_path = f"{{{parameter.name}" in (endpoint.path or "")
        if parameter.dependency is None and _PROVES.search(parameter.name):
            return True
        if in_path and parameter.type != "builtins.int":
            return True
    return False


def _looks(function: Node) -> bool:
    """Say whether a function may verify the sender: by a call, a comparison, a header."""
    if any(_VERIFIES.search(c.last_name) or ASKS.search(c.last_name) for c in function.calls):
        return True
    for compared in function.own(ast.Compare):
        if any(_COMPARED.search(operand.text.lower()) for operand in compared.operands):
            return True
    return any(
        not _says_what(part) for part in function.own(ast.Attribute) if part.member == "headers"
    )


def _says_what(headers: Node) -> bool:
    """Say whether a header that is read tells what has happened, not who says so."""
    above = headers.parent
    key = above.index if above.generic == headers else above.parent.argument(0, "key")
    return isinstance(key.constant, str) and not _PROVES.search(key.constant)


def _left_out(function: Node) -> Iterator[Hit]:
    """Yield the conditions by which an empty setting switches off the check of a signature."""
    for branch in function.own(ast.If) if _checks(function) else ():
        setting = _missing(branch.test)
        is_open = bool(setting) and _accepts(branch, function)
        if not is_open:
            setting = _given(branch.test)
            is_open = bool(setting) and _checks_inside(branch)
        if is_open and _may_be_empty(setting) and not is_for_developers(branch.body[0]):
            yield branch.hit(
                f"`{function.name}` verifies nothing where `{setting.text}` is empty: a deployment"
                " that forgot it believes whoever posts"
            )


def _checks(function: Node) -> bool:
    """Say whether a function compares a signature or secret, itself or by a function."""
    for call in function.calls:
        inner = (call, *call.callee.calls)
        if any(c.called in _COMPARES or c.last_name == "construct_event" for c in inner):
            return True
    compared = (c for c in function.own(ast.Compare) if len(c.operands) == 2)
    return any(_COMPARED.search(o.text.lower()) for c in compared for o in c.operands)


def _missing(test: Node) -> Node:
    """Return the secret of `not SECRET`, `SECRET is None` and `SECRET == ""`."""
    match test.ast:
        case ast.UnaryOp(op=ast.Not(), operand=held):
            return _secret(test.at(held))
        case ast.Compare(
            left=held, ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant() as other]
        ):
            return _secret(test.at(held)) if not other.value else test.at(None)
    return test.at(None)


def _given(test: Node) -> Node:
    """Return the secret of `SECRET`, `SECRET is not None` and `SECRET and signature`."""
    match test.ast:
        case ast.BoolOp(op=ast.And()):
            others = test.operands[1:]
            is_sure = all(_PROVES.search(other.last_name) for other in others)
            return _given(test.operands[0]) if is_sure else test.at(None)
        case ast.Compare(left=held, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            return _secret(test.at(held))
        case ast.Name() | ast.Attribute():
            return _secret(test)
    return test.at(None)


def _secret(expr: Node) -> Node:
    return expr if _SECRET.search(expr.last_name) else expr.at(None)


def _may_be_empty(secret: Node) -> bool:
    """Say whether a secret is a setting or variable without which the service runs."""
    found = secret.value.awaited if secret.name else secret
    if isinstance(found.ast, ast.BoolOp):
        return not found.operands[-1].constant
    if found.member == "get_secret_value":
        found = found.owner
    if environment_name(found):
        return found.is_call and not default_of(found).constant
    default = default_of(found)
    return bool(default) and not default.constant


def _accepts(branch: Node, function: Node) -> bool:
    """Say whether a branch ends a check with success: `return True`, or a bare `return`."""
    last = branch.body[-1]
    if not isinstance(last.ast, ast.Return):
        return False
    value = last.at(last.ast.value)
    if value and not value.is_none:
        return value.literal is True
    raises = function.own(ast.Raise)
    return bool(raises) and all(v.is_none for v in function.returned)


def _checks_inside(branch: Node) -> bool:
    """Say whether a branch refuses wrong signatures, and nothing refuses where it is left out."""
    refusals = [node for part in branch.body for node in part.walk(ast.Raise, ast.Return)]
    is_refusing = any(isinstance(node.ast, ast.Raise) or _refuses(node) for node in refusals)
    orelse = getattr(branch.ast, "orelse", [])
    else_ends = orelse and isinstance(orelse[-1], (ast.Raise, ast.Return, ast.If))
    is_checked = any(
        _is_check(node) for part in branch.body for node in part.walk(ast.Compare, ast.Call)
    )
    return is_refusing and is_checked and not else_ends


def _is_check(node: Node) -> bool:
    if node.is_call:
        return node.called in _COMPARES or bool(
            _VERIFIES.search(node.last_name) or ASKS.search(node.last_name)
        )
    return any(_COMPARED.search(operand.text.lower()) for operand in node.operands)


def _refuses(statement: Node) -> bool:
    value = statement.at(getattr(statement.ast, "value", None))
    return value.literal is False or value.keyword("status_code").constant in _REFUSED
