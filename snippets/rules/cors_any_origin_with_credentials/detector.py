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
_ACROSS = {"HTTPBasic", "CsrfProtect"}
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
    imported = _imported(program, folder)
    if imported & _ACROSS or ("AuthJWT" in imported and _has_jwt_cookies(program, folder)):
        return True
    made = {
        "samesite": program.calls_named("set_cookie"),
        "cookie_samesite": program.calls_named("CookieTransport"),
        "same_site": _adds(program, "SessionMiddleware"),
    }
    sets = [(call, option) for option, calls in made.items() for call in _below(calls, folder)]
    return any(_is_sent_across(call, option) for call, option in sets if not _is_unused(call))


def _has_jwt_cookies(program: Program, folder: Path) -> bool:
    """Say whether fastapi-jwt-auth takes tokens from cookies; its default is the header alone."""
    sets = program.calls_named("set_access_cookies", "set_refresh_cookies")
    named = (node for node in program.nodes(ast.Constant) if node.literal == "cookies")
    return any(True for _ in _below((*sets, *named), folder))


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

    The defaults of Starlette and fastapi-users are Lax. What is unpacked is one of the dictionaries
    of the program that name the option, if there are any.
    """
    if given := call.keyword(option):
        return _may_be_none(given)
    if not call.has_unpacking:
        return False
    written = list(_written(call.program, option))
    return not written or any(map(_may_be_none, written))


def _written(program: Program, option: str) -> Iterator[Node]:
    """Yield what dictionaries hold for an option: `{"x": 1}`, `dict(x=1)`, `found["x"] = 1`."""
    for module in program.saying(option):
        for node in (Node(module, n) for n in module.nodes(ast.Dict, ast.Call, ast.Assign)):
            if node.called == "builtins.dict" and (given := node.keyword(option)):
                yield given
            yield from (value for name, value in node.entries if name.literal == option)
            for target in node.targets:
                match target.ast:
                    case ast.Subscript(slice=ast.Constant(value=key)) if key == option:
                        yield node.assigned


def _may_be_none(given: Node) -> bool:
    """Say whether an option may be "none": what is no constant may be."""
    value = given.value
    match value.ast:
        case ast.IfExp(test=test, body=body, orelse=orelse):
            chosen = {True: [body], False: [orelse]}.get(_always(value.at(test)), [body, orelse])
            return any(_may_be_none(value.at(choice)) for choice in chosen)
    return str(value.constant or "none").lower() == "none"


def _always(test: Node) -> bool | None:
    """Return what a parameter is in all calls, where none passes another than its default."""
    if test.bound is None or test.bound.kind != "param":
        return None
    parameter = test.at(test.bound.node)
    calls = parameter.function.callers
    if not calls or any(call.has_unpacking or parameter.passed(call) for call in calls):
        return None
    default = parameter.default.constant
    return default if isinstance(default, bool) else None
