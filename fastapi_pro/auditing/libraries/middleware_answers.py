"""Whether a middleware may answer by itself, instead of passing the request on."""

import ast

from fastapi_pro.auditing.libraries.legacy_call_graph import called
from fastapi_pro.auditing.libraries.middleware import Added
from fastapi_pro.auditing.model.legacy import FUNCTIONS, At, Module, Program, calls_in, keyword

_LIBRARY = {
    "fastapi.middleware.trustedhost.TrustedHostMiddleware",
    "fastapi.middleware.httpsredirect.HTTPSRedirectMiddleware",
    "fastapi.middleware.authentication.AuthenticationMiddleware",
    "slowapi.middleware.SlowAPIMiddleware",
    "slowapi.middleware.SlowAPIASGIMiddleware",
}
_DEPTH = 3  # of calls followed


def may_answer(program: Program, added: Added) -> bool:
    """Say whether a middleware is known to answer some requests without the application."""
    kind = added.kind
    if isinstance(kind, str):
        return kind in _LIBRARY
    if kind is None:
        return False
    return any(_makes_response(program, function, 0) for function in entries(program, kind))


def entries(program: Program, kind: At) -> list[At]:
    """Return the functions of a middleware that get the request."""
    if isinstance(kind.node, FUNCTIONS):
        return [kind]
    methods = (program.method(kind, name) for name in ("__call__", "dispatch"))
    return [method for method in methods if method is not None]


def _makes_response(program: Program, function: At, depth: int) -> bool:
    for call in calls_in(function.node):
        if is_response(program, function.module, call) and not _copies(call):
            return True
        if any(_starts(arg) for arg in call.args):
            return True
    return depth < _DEPTH and any(
        _makes_response(program, target, depth + 1) for _, target in called(program, function)
    )


def is_response(program: Program, module: Module, call: ast.Call) -> bool:
    """Say whether a call makes a response: one of Starlette's, or of a class that inherits one."""
    origin = program.resolve(module, call.func)
    if isinstance(origin, str):
        return origin.startswith("fastapi.responses.") and origin.endswith("Response")
    if isinstance(origin, At) and isinstance(origin.node, ast.ClassDef):
        return any(base.startswith("fastapi.responses.") for base in program.bases(origin))
    return False


def _copies(call: ast.Call) -> bool:
    """Say whether a response gets the headers of another: it is made anew, not by itself."""
    headers = keyword(call, "headers")
    return headers is not None and any(
        isinstance(node, ast.Attribute) and node.attr in ("headers", "raw_headers")
        for node in ast.walk(headers)
    )


def _starts(node: ast.expr) -> bool:
    """Say whether an argument is the ASGI message that starts a response."""
    if not isinstance(node, ast.Dict):
        return False
    return any(
        isinstance(value, ast.Constant) and value.value == "http.response.start"
        for value in node.values
    )
