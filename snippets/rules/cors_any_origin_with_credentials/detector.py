"""CORS that lets every origin send credentials."""

import ast
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro.auditing.detection import Hit, Node, Program, fact

_CORS = "fastapi.middleware.cors.CORSMiddleware"
_ALL = {
    f"{start}{scheme}{rest}{end}"
    for start in ("", "^")
    for scheme in ("", "https?://", "http(s)?://")
    for rest in (".*", ".+")
    for end in ("", "$")
}
_READS = "every site reads answers with its visitor's cookies"
_COOKIES = {
    "Cookie", "SessionMiddleware", "APIKeyCookie", "HTTPBasic", "CookieTransport", "AuthJWT",
    "CsrfProtect",
}  # fmt: skip


def detect(program: Program) -> Iterator[Hit]:
    """Yield each CORSMiddleware that sends back any origin, with credentials."""
    calls = [
        *program.calls_of(_CORS),
        *(call for call in program.calls_named("add_middleware", "Middleware") if _adds_cors(call)),
    ]
    folders = {call.module.path.parent for call in calls}
    for call in calls:
        if call.keyword("allow_credentials").constant is True and _allows_all(call):
            folder = call.module.path.parent if len(folders) > 1 else program.root
            has_cookies = any(folder in path.parents for path in _cookies(program))
            yield call.hit(
                "Any origin may send credentials: "
                + (_READS if has_cookies else "no cookie is used yet, but with one " + _READS),
                severity="" if has_cookies else "low",
            )


def _adds_cors(call: Node) -> bool:
    """Say whether a call adds CORSMiddleware, or a class that inherits it."""
    cls = call.argument(0, "middleware_class") or call.keyword("cls")
    return cls.library_name == _CORS or _CORS in cls.definition.bases


def _allows_all(call: Node) -> bool:
    given = call.keyword("allow_origins")
    origins = None if _is_chosen(given) else given.constant
    if origins == "*" or (isinstance(origins, (list, tuple, set)) and "*" in origins):
        return True
    pattern = call.keyword("allow_origin_regex").constant
    return isinstance(pattern, str) and pattern in _ALL


def _is_chosen(given: Node) -> bool:
    """Say whether a variable is given one of several values: all origins are an option."""
    scope = given.function or given.at(given.module.tree)
    return len(scope.bindings(given.name)) > 1


@fact
def _cookies(program: Program) -> set[Path]:
    """Return the files in which cookies, or passwords of the browser, let somebody in."""
    found = set()
    for imports in program.nodes(ast.ImportFrom):
        module = getattr(imports.ast, "module", None) or ""
        if module.startswith(("fastapi", "starlette")) and any(
            alias.name in _COOKIES
            for alias in imports.ast.names  # type: ignore[attr-defined]
        ):
            found.add(imports.module.path)
    for use in program.attributes("set_cookie", "cookies"):
        if use.member == "set_cookie" or use.owner.is_a("fastapi.Request"):
            found.add(use.module.path)
    return found
