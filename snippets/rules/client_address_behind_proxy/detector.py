"""A server that believes whatever address a client claims."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import commands
from fastapi_pro.auditing.libraries.middleware import stacks
from fastapi_pro.auditing.model.legacy import Module, Program, keyword

_MIDDLEWARE = "uvicorn.middleware.proxy_headers.ProxyHeadersMiddleware"
_MESSAGE = (
    "believes the X-Forwarded-For of whoever connects: limits by address and audit logs can be"
    " forged"
)


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `forwarded_allow_ips="*"` and `trusted_hosts="*"`."""
    for module, call in commands(program):
        if program.constant(module, keyword(call, "reload")) is True:  # development
            continue
        if _is_any(program, module, keyword(call, "forwarded_allow_ips")):
            yield Hit(
                module, keyword(call, "forwarded_allow_ips") or call, f"the server {_MESSAGE}"
            )
    for module in program.code:
        if "gunicorn" in module.path.name:
            for node in module.tree.body:
                if (
                    isinstance(node, ast.Assign)
                    and _names(node) == ["forwarded_allow_ips"]
                    and _is_any(program, module, node.value)
                ):
                    yield Hit(module, node, f"gunicorn {_MESSAGE}")
        for call in program.calls(module, _MIDDLEWARE):
            if _is_any(program, module, keyword(call, "trusted_hosts")):
                yield Hit(module, call, f"the middleware {_MESSAGE}")
    for stack in program.fact(stacks):
        for added in stack:
            is_proxy = added.kind == _MIDDLEWARE and isinstance(added.node, ast.Call)
            if is_proxy and _is_any(program, added.module, keyword(added.node, "trusted_hosts")):  # type: ignore[arg-type]
                yield Hit(added.module, added.node, f"the middleware {_MESSAGE}")


def _names(node: ast.Assign) -> list[str]:
    return [target.id for target in node.targets if isinstance(target, ast.Name)]


def _is_any(program: Program, module: Module, expr: ast.expr | None) -> bool:
    value = program.constant(module, expr)
    return value == "*" or (isinstance(value, (list, tuple)) and "*" in value)
