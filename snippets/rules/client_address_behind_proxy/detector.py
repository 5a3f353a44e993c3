"""A server that believes whatever address a client claims."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.middleware import stacks
from fastapi_pro.auditing.libraries.starts import starts

_MIDDLEWARE = "uvicorn.middleware.proxy_headers.ProxyHeadersMiddleware"
_MESSAGE = (
    "believes the X-Forwarded-For of whoever connects: limits by address and audit logs can be"
    " forged"
)


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `forwarded_allow_ips="*"` and `trusted_hosts="*"`."""
    for start in starts(program):
        allowed = start.option("forwarded-allow-ips")
        if allowed and _names_any(allowed.value) and not start.is_development:
            who = "gunicorn" if start.server == "gunicorn" else "the server"
            yield allowed.place.hit(f"{who} {_MESSAGE}")
    for module in program.code:
        for call in program.calls_in(module, _MIDDLEWARE):
            if _is_any(call.keyword("trusted_hosts")):
                yield call.hit(f"the middleware {_MESSAGE}")
    for stack in stacks(program).values():
        for added in stack:
            is_proxy = added.library_name == _MIDDLEWARE
            if is_proxy and _is_any(added.node.keyword("trusted_hosts")):
                yield added.node.hit(f"the middleware {_MESSAGE}")


def _is_any(hosts: Node) -> bool:
    return _names_any(hosts.constant)


def _names_any(value: object) -> bool:
    return value == "*" or (isinstance(value, (list, tuple)) and "*" in value)
