"""Texts of unexpected errors that are sent to clients."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.environments import is_for_developers
from fastapi_pro.auditing.libraries.exception_handlers import exception_handlers
from fastapi_pro.auditing.libraries.fastapi import http_endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.http_errors import is_http_error, made_by, status
from fastapi_pro.auditing.libraries.rare_work import is_only_for_admins
from fastapi_pro.auditing.model.exceptions import caught_by, raised_by

_WIDE = {
    "asyncpg.PostgresError", "builtins.BaseException", "builtins.Exception", "builtins.OSError",
    "httpx.HTTPError", "httpx.RequestError", "psycopg.Error", "psycopg2.Error",
    "pymongo.errors.PyMongoError", "redis.RedisError", "requests.RequestException",
    "requests.exceptions.RequestException", "sqlite3.Error",
}  # fmt: skip
_DATABASE = "sqlalchemy.exc."
_PLAIN = ("NoResultFound", "MultipleResultsFound")
"""Errors of SQLAlchemy whose texts are always the same."""
_TEXTS = {"builtins.str", "builtins.repr", "builtins.format"}
_TRACEBACKS = (
    "traceback.format_exc", "traceback.format_exception", "traceback.format_tb",
)  # fmt: skip
_TOLD = {"args", "orig", "statement", "params"}
"""Attributes of errors that hold texts."""
_KEPT = {"message", "msg", "detail", "details", "error", "reason"}
"""Attributes of the program's own errors in which they keep the text that they were given."""
_SERVER_ERROR = 500
_ALL = "paths, SQL and addresses of this server"
_ANY = ("builtins.Exception", "builtins.BaseException")
_PARSES = {
    "base64.b64decode", "base64.urlsafe_b64decode", "builtins.dict", "builtins.float",
    "builtins.int", "builtins.isinstance", "builtins.len", "builtins.list", "builtins.str",
    "datetime.date.fromisoformat", "datetime.datetime.fromisoformat",
    "datetime.datetime.strptime", "decimal.Decimal", "json.loads", "orjson.loads", "uuid.UUID",
}  # fmt: skip
_PARSING = {
    "decode", "encode", "lower", "lstrip", "model_validate", "model_validate_json",
    "parse_obj", "parse_raw", "partition", "replace", "rstrip", "split", "splitlines", "strip",
    "upper",
}  # fmt: skip
"""Methods that only read a text, or check what a client has sent."""


def detect(program: Program) -> Iterator[Hit]:
    """Yield the answers that hold the text of an error which nobody has thought of."""
    answering = {endpoint.function for endpoint in http_endpoints(program)}
    for function in sorted(request_functions(program), key=lambda f: f.place):
        for handler in function.own(ast.ExceptHandler) if not function.module.is_tool else ():
            if _is_wide(handler) and not _only_parses(handler.parent):
                name = str(getattr(handler.ast, "name", None) or "")
                kinds = caught_by(handler)
                yield from _told(handler, name, kinds, is_answer=function in answering)
    for registered in exception_handlers(program):
        function = registered.function
        if not function or not _is_of_any(registered.key) or function.module.is_tool:
            continue
        parameters = function.parameters
        name = parameters[1].name if len(parameters) > 1 else ""
        yield from _told(function, name, [registered.key], is_answer=True)


def _told(block: Node, name: str, kinds: list[Node], *, is_answer: bool) -> Iterator[Hit]:
    """Yield the answers in a block that hold the text of the error with this name."""
    wide = [kind for kind in kinds if _is_of_any(kind)]
    is_named = bool(wide) and all(k.last_name and k.library_name not in _ANY for k in wide)
    error = f"`{wide[0].last_name}`" if is_named else "error"
    holds = _holds(wide[0].library_name) if is_named else _ALL
    for statement in block.walk(ast.Raise, ast.Return):
        sent = list(_sent(statement, is_answer=is_answer))
        said = next(filter(None, (_text(value, name) for value in sent)), None)
        if said is None or is_for_developers(statement) or _is_narrowed(statement, name):
            continue
        function = statement.function
        yield statement.hit(
            f"`{function.name}` answers with `{said.text}`, the text of any {error}: it may hold"
            f" {holds}",
            severity="low" if is_only_for_admins(function) else "",
            cause=f"texts of errors in {function.module.name}",
        )


def _holds(error: str) -> str:
    """Return what the text of a library's errors may hold."""
    if error.startswith(("httpx.", "redis.", "requests.")):
        return "addresses of other services"
    if error.startswith("pymongo."):
        return "values and addresses"
    return "paths of this server" if error == "builtins.OSError" else "SQL, values and addresses"


def _only_parses(attempt: Node) -> bool:
    """Say whether a `try` only reads what a client has sent: its errors tell of that alone."""
    calls = [call for statement in attempt.body for call in statement.walk(ast.Call)]
    return bool(calls) and all(map(_parses, calls))


def _parses(call: Node) -> bool:
    is_body = call.member == "json" and call.owner.is_a("fastapi.Request")
    return is_body or call.called in _PARSES or call.member in _PARSING


def _is_narrowed(statement: Node, name: str) -> bool:
    """Say whether a statement runs for one class of errors only: `isinstance(error, NotFound)`."""
    for above in statement.ancestors:
        if isinstance(above.ast, ast.If) and any(s.holds(statement) for s in above.body):
            for call in above.test.walk(ast.Call):
                kinds = call.args[1].elements or call.args[1:] if len(call.args) > 1 else []
                is_asked = call.called == "builtins.isinstance" and call.args[0].name == name
                if is_asked and not any(map(_is_of_any, kinds)):
                    return True
    return False


def _sent(statement: Node, *, is_answer: bool) -> Iterator[Node]:
    """Yield what a `raise` of an HTTP error, or the `return` of an endpoint, sends."""
    if isinstance(statement.ast, ast.Raise):
        made = made_by(raised_by(statement)).value
        if is_http_error(made) or _is_shown(made):
            yield from made.given
    elif is_answer and statement.ast.value is not None:  # type: ignore[attr-defined]
        yield statement.at(statement.ast.value)  # type: ignore[attr-defined]


def _is_shown(made: Node) -> bool:
    """Say whether an error of the program has a handler that answers with its text."""
    cls = made.func.definition
    handlers = exception_handlers(made.program) if cls.is_class else ()
    return any(h.key.definition in cls.lineage and _shows(h.function) for h in handlers)


def _shows(handler: Node) -> bool:
    """Say whether a handler of an error returns its text, or what it keeps of that."""
    name = handler.parameters[1].name if len(handler.parameters) > 1 else ""
    for answer in handler.returned if name else ():
        kept = (part for part in answer.value.walk(ast.Attribute) if part.owner.name == name)
        if _text(answer.value, name) or any(part.member in _KEPT for part in kept):
            return True
    return False


def _text(value: Node, name: str, depth: int = 0) -> Node | None:
    """Return where a value takes the text of an error, in place or by a variable."""
    for part in value.walk(ast.Call, ast.FormattedValue, ast.Attribute, ast.BinOp, ast.Name):
        if part.called in _TRACEBACKS:
            return part
        if name and part.name == name and _is_text_of(part):
            return part.parent if part.parent.is_call else part
        held = part.value if part.name and part.name != name and not depth else part.at(None)
        is_local = bool(held) and held.function == value.function and held.binding is not None
        if is_local and (found := _text(held, name, depth + 1)):
            return found
    return None


def _is_text_of(error: Node) -> bool:
    """Say whether an error becomes a text here: `str(e)`, `f"{e}"`, `e.args`."""
    holder = error.parent
    match holder.ast:
        case ast.FormattedValue() | ast.BinOp(op=ast.Mod()):
            return True
        case ast.Attribute(attr=attribute):
            return attribute in _TOLD
        case ast.Call():
            return error in holder.args and (holder.called in _TEXTS or holder.member == "format")
    return False


def _is_wide(handler: Node) -> bool:
    """Say whether an `except` catches errors of libraries, whose texts are not for clients."""
    kinds = caught_by(handler)
    return not kinds or any(map(_is_of_any, kinds))


def _is_of_any(kind: Node) -> bool:
    name = kind.library_name
    if name in _WIDE or status(kind) == _SERVER_ERROR:
        return True
    return name.startswith(_DATABASE) and not name.endswith(_PLAIN)
