"""What checks the caller before an endpoint does: middleware, dependencies of a router."""

import ast
import re

from fastapi_pro.auditing.libraries.fastapi import apps
from fastapi_pro.auditing.libraries.fastapi_requests import (
    MIDDLEWARE_METHODS,
    added_middleware,
    is_http_middleware,
    is_middleware_class,
)
from fastapi_pro.auditing.libraries.http_errors import raised_status, status
from fastapi_pro.auditing.libraries.inclusions import with_included
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_GUARD = re.compile(r"auth|log_?in|jwt|bearer|api_?key|permission|identity|protect", re.IGNORECASE)
"""Names of middleware that may check the caller."""
_REFUSALS = (401, 403)


@fact
def guarded_routers(program: Program) -> set[Node] | None:
    """Return the routers that something before their endpoints guards; None for all of them."""
    return None if _is_guarded_as_a_whole(program) else _guarded_routers(program)


def refuses(functions: set[Node]) -> bool:
    """Say whether one of these functions raises 401 or 403."""
    return any(function.program.once(_refuses, function.ast, function) for function in functions)


def _refuses(function: Node) -> bool:
    return any(raised_status(statement) in _REFUSALS for statement in function.walk(ast.Raise))


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
    calls = program.calls_of("fastapi.APIRouter")
    own = {call for call in calls if call.keyword("route_class") or _has_own(call)}
    guarded = with_included(own, program, _has_own)
    return guarded if all(router.is_call for router in guarded) else None


def _has_own(call: Node) -> bool:
    return bool(call.keyword("dependencies")) or call.has_unpacking
