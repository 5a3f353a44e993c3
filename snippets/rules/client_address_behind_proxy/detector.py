"""A server that believes whatever address a client claims."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi_requests import commands
from fastapi_pro.auditing.libraries.middleware import stacks

_MIDDLEWARE = "uvicorn.middleware.proxy_headers.ProxyHeadersMiddleware"
_MESSAGE = (
    "believes the X-Forwarded-For of whoever connects: limits by address and audit logs can be"
    " forged"
)


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `forwarded_allow_ips="*"` and `trusted_hosts="*"`."""
    for command in commands(program):
        is_development = command.keyword("reload").constant is True
        allowed = command.keyword("forwarded_allow_ips")
        if _is_any(allowed) and not is_development:
            yield allowed.hit(f"the server {_MESSAGE}")
    for module in program.code:
        for statement in Node(module, module.tree).body if "gunicorn" in module.path.name else ():
            names = [target.name for target in statement.targets]
            if names == ["forwarded_allow_ips"] and _is_any(statement.assigned):
                yield statement.hit(f"gunicorn {_MESSAGE}")
        for call in program.calls_in(module, _MIDDLEWARE):
            if _is_any(call.keyword("trusted_hosts")):
                yield call.hit(f"the middleware {_MESSAGE}")
    for stack in stacks(program).values():
        for added in stack:
            is_proxy = added.library_name == _MIDDLEWARE
            if is_proxy and _is_any(added.node.keyword("trusted_hosts")):
                yield added.node.hit(f"the middleware {_MESSAGE}")


def _is_any(hosts: Node) -> bool:
    value = hosts.constant
    return value == "*" or (isinstance(value, (list, tuple)) and "*" in value)
