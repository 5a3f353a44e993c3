"""CORS that lets every origin send credentials."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact

_CORS = "fastapi.middleware.cors.CORSMiddleware"
_ALL = {
    f"{start}{scheme}{rest}{end}"
    for start in ("", "^")
    for scheme in ("", "https?://", "http(s)?://")
    for rest in (".*", ".+")
    for end in ("", "$")
}
_COOKIES = {
    "Cookie", "SessionMiddleware", "APIKeyCookie", "HTTPBasic", "CookieTransport", "CSRFMiddleware",
    "AuthJWT", "CsrfProtect", "OAuth",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield each CORSMiddleware that sends back any origin, with credentials."""
    calls = [
        *program.calls_of(_CORS),
        *(call for call in program.calls_named("add_middleware", "Middleware") if _adds_cors(call)),
    ]
    for call in calls:
        if call.keyword("allow_credentials").constant is True and _allows_all(call):
            yield call.hit(
                "Any origin may send credentials: every site reads answers with its visitor's"
                " cookies",
                severity="" if _uses_cookies(program) else "low",
            )


def _adds_cors(call: Node) -> bool:
    """Say whether a call adds CORSMiddleware, or a class that inherits it."""
    cls = call.argument(0, "middleware_class") or call.keyword("cls")
    return cls.library_name == _CORS or _CORS in cls.definition.bases


def _allows_all(call: Node) -> bool:
    origins = call.keyword("allow_origins").constant
    if origins == "*" or (isinstance(origins, (list, tuple, set)) and "*" in origins):
        return True
    return call.keyword("allow_origin_regex").constant in _ALL


@fact
def _uses_cookies(program: Program) -> bool:
    """Say whether cookies, or passwords that a browser sends by itself, let somebody in."""
    names = (alias.name for module in program.code for alias in module.nodes(ast.alias))
    if any(name.rpartition(".")[2] in _COOKIES for name in names):
        return True
    return any(True for _ in program.attributes("set_cookie", "cookies"))
