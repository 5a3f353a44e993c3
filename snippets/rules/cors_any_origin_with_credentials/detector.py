"""CORS that lets every origin send credentials."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.environments import is_for_developers
from fastapi_pro.auditing.libraries.fastapi_requests import MIDDLEWARE_METHODS

_CORS = "fastapi.middleware.cors.CORSMiddleware"
_ALL = {
    f"{start}{scheme}{rest}{end}"
    for start in ("", "^")
    for scheme in ("", "https?://", "http(s)?://")
    for rest in (".*", ".+")
    for end in ("", "$")
}
_ACROSS = {"HTTPBasic", "AuthJWT", "CsrfProtect"}
"""What lets somebody in by a password, or by a cookie, that browsers send across sites."""
_SAYS = "any site can read answers with the cookies of its visitors"
_SAYS_LOW = "with SameSite=None cookies, any site could read the answers to its visitors"


def detect(program: Program) -> Iterator[Hit]:
    """Yield each CORSMiddleware that sends back any origin, with credentials."""
    calls = [
        *program.calls_of(_CORS),
        *(call for call in program.calls_named("add_middleware", "Middleware") if _adds_cors(call)),
    ]
    folders = {call.module.path.parent for call in calls}
    for call in calls:
        if is_for_developers(call):
            continue
        if call.keyword("allow_credentials").constant is True and _allows_all(call):
            # of several applications, each has what is in its folder
            folder = call.module.path.parent if len(folders) > 1 else program.root
            is_sure = _uses_cookies(program, folder)
            yield call.hit(
                f"any origin may send credentials: {_SAYS if is_sure else _SAYS_LOW}",
                severity="" if is_sure else "low",
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


def _uses_cookies(program: Program, folder: Path) -> bool:
    """Say whether cookies, or passwords, that a browser sends across sites let somebody in.

    Of a cookie that is read alone nobody knows who sets it, and for which sites.
    """
    if _imported(program, folder) & _ACROSS:
        return True
    made = {
        "samesite": program.calls_named("set_cookie"),
        "cookie_samesite": program.calls_named("CookieTransport"),
        "same_site": _adds(program, "SessionMiddleware"),
    }
    sets = [(call, option) for option, calls in made.items() for call in _below(calls, folder)]
    return any(_is_sent_across(call, option) for call, option in sets if not _is_unused(call))


def _is_unused(call: Node) -> bool:
    """Say whether it stands in a method, public as those of libraries are, that nobody calls."""
    function = call.function
    if not function.enclosing_class or call.last_name != "set_cookie":
        return False
    if function.name.startswith("__") or function.name in MIDDLEWARE_METHODS or function.decorators:
        return False
    named = function.program.attributes(function.name)
    return not any(node.function != function for node in named)


def _below(nodes: Iterable[Node], folder: Path) -> Iterator[Node]:
    return (node for node in nodes if folder in node.module.path.parents)


def _imported(program: Program, folder: Path) -> set[str]:
    """Return the names that are imported from FastAPI, Starlette and what adds to them."""
    return {
        alias.name
        for imports in _below(program.nodes(ast.ImportFrom), folder)
        if (getattr(imports.ast, "module", None) or "").startswith(("fastapi", "starlette"))
        for alias in imports.ast.names  # type: ignore[attr-defined]
    }


def _adds(program: Program, name: str) -> list[Node]:
    """Return the calls that make or add a middleware."""
    added = program.calls_named("add_middleware", "Middleware")
    given = [c for c in added if c.argument(0, "middleware_class").last_name == name]
    return [*program.calls_named(name), *given]


def _is_sent_across(call: Node, option: str) -> bool:
    """Say whether a cookie may be sent with the requests of other sites' scripts.

    The defaults of Starlette and fastapi-users are Lax; what is no constant may be "none".
    """
    if call.has_unpacking:
        return True
    given = call.keyword(option)
    return bool(given) and str(given.constant or "none").lower() == "none"
