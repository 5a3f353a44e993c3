"""Secrets that are logged, or printed while a request waits."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.fastapi_requests import (
    MIDDLEWARE_METHODS,
    is_http_middleware,
    request_functions,
)
from fastapi_pro.auditing.libraries.pydantic import Schema, schema_of
from fastapi_pro.auditing.libraries.request_objects import filled, requested
from fastapi_pro.auditing.libraries.request_texts import Search, text_parts

_LEVELS = ("debug", "info", "warning", "error", "exception", "critical", "log")
_LOGGER = re.compile(r"(\w*_)?log(ger|ging)?", re.IGNORECASE)
_SECRET = re.compile(
    r"(\w+_)?(password|passwd|pwd)|(\w+_)?(access|refresh|id|bearer|auth|reset|jwt|csrf)_token"
    r"|(\w+_)?(secret_key|client_secret|jwt_secret|private_key)|authorization"
    r"|(openai|anthropic|stripe|aws|azure|smtp|admin|master|provider|llm)_api_key",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"^(has|is|no|needs?|num|max|min|use|should|invalid|forgot|reset)_|change", re.IGNORECASE
)
_OPTION = re.compile(r"environ|getenv|settings|config|debug|verbose|isEnabledFor", re.IGNORECASE)
_GUESSES = re.compile(r"brut(e|er|ing)(_|$|[A-Z])|brute_?force|wordlist|honeypot", re.IGNORECASE)
_DUMPS = ("model_dump", "model_dump_json", "dict", "json")
_HEADERS = {"authorization", "cookie", "x-api-key", "proxy-authorization"}
_SAME = {"repr", "str", "dict"}
_BEARER = Search()


def detect(program: Program) -> Iterator[Hit]:
    """Yield each call that writes a secret to a log."""
    for call in program.calls_named(*_LEVELS):
        if call.owner and _LOGGER.fullmatch(call.owner.last_name):
            yield from _written(call)
    waiting = None
    for call in program.calls_of("builtins.print"):
        waiting = request_functions(program) if waiting is None else waiting
        if call.function in waiting:
            yield from _written(call)


def _written(call: Node) -> Iterator[Hit]:
    if call.module.is_tool:
        return
    for given in call.given:
        if found := next(filter(None, map(_secret, _leaves(given))), ""):
            if _is_option(call) or _is_guessing(call):
                return
            severity = "low" if call.member == "debug" else ""
            yield call.hit(f"`{call.func.text}` writes {found}", severity=severity)
            return


def _is_guessing(call: Node) -> bool:
    """Say whether a scanner logs the passwords that it tries, which are nobody's secret."""
    names = (call.module.path.stem, call.function.name, call.function.enclosing_class.name)
    return any(map(_GUESSES.search, names))


def _is_option(call: Node) -> bool:
    """Say whether somebody has to ask for the log: `if settings.log_headers:`."""
    tests = (above.test.text for above in call.ancestors if isinstance(above.ast, ast.If))
    return any(_OPTION.search(test) for test in tests)


def _leaves(expr: Node, depth: int = 0) -> Iterator[Node]:
    """Yield what a text, or a dict for it, is put together from."""
    parts = text_parts(expr) if expr.last_name != "join" else []
    parts = parts or [value for _, value in expr.entries] or expr.elements
    if expr.is_call and expr.last_name in _SAME and expr.called.startswith("builtins."):
        parts = expr.args[:1]
    if not parts or depth > 10:
        yield expr
    for part in parts:
        yield from _leaves(part, depth + 1)


def _secret(leaf: Node) -> str:
    """Return what is secret about a value, "" if nothing is known to be."""
    expr = leaf.awaited
    if isinstance(expr.ast, ast.Constant):
        return ""
    if expr.is_call and not _is_body(expr):
        return _of_call(expr)
    if expr.member == "headers" and expr.owner.is_a("fastapi.Request", "fastapi.WebSocket"):
        return f"`{expr.text}`, the token and the cookies among them"
    if _is_body(expr) and _takes_passwords(expr.program):
        return f"`{expr.text}`, the whole body, passwords of others among it"
    key = expr.index.literal
    if isinstance(key, str) and _is_name(key):
        return f"`{expr.text}`"
    if not isinstance(expr.ast, (ast.Name, ast.Attribute)):
        return ""
    if _is_name(expr.last_name):
        return f"`{expr.text}`" if _is_plain(expr) else ""
    if expr.name == "token" and (given := _BEARER.unchecked(expr)):
        return (
            f"`{expr.text}`, by which its owner signs in" if given.source == "credentials" else ""
        )
    return _of_schema(expr, schema_of(expr.type))


def _is_body(expr: Node) -> bool:
    """Say whether a value is the body of any request: in a middleware or an error handler."""
    if expr.member == "body" and expr.owner.is_a("fastapi.exceptions.RequestValidationError"):
        return True
    made = (expr.value or expr).awaited
    if isinstance(made.ast, ast.Subscript) and isinstance(made.index.ast, ast.Slice):
        return _is_body(made.generic)
    if made.member == "decode" and made.is_call:
        return _is_body(made.owner)
    if not made.is_call or made.member not in ("body", "json", "form"):
        return False
    function = made.function
    is_middleware = function.name in MIDDLEWARE_METHODS or any(
        map(is_http_middleware, function.decorators)
    )
    return is_middleware and made.owner.name == "request"


@fact
def _takes_passwords(program: Program) -> bool:
    """Say whether a request of the program brings a password."""
    names = (name for schema in filled(program).values() for name in schema.fields)
    if any(map(_is_name, names)):
        return True
    form = "fastapi.security.OAuth2PasswordRequestForm"
    return any(p.type == form for function in requested(program) for p in parameters(function))


def _of_call(call: Node) -> str:
    if call.member == "get_secret_value":
        return f"`{call.text}`"
    if call.member in _DUMPS and not call.keyword("exclude") and not call.keyword("include"):
        return _of_schema(call.owner, schema_of(call.owner.type))
    if call.member == "get" and call.args and isinstance(call.args[0].literal, str):
        name = call.args[0].literal
        is_header = call.owner.member == "headers" and name.lower() in _HEADERS
        return f"`{call.text}`" if is_header or _is_name(name) else ""
    return ""


def _of_schema(expr: Node, schema: Schema | None) -> str:
    """Say which secret a schema or the settings print."""
    if schema is None or any(schema.node.method(name) for name in ("__str__", "__repr__")):
        return ""
    for field in schema.fields.values():
        is_hidden = any(given.literal is False for given in field.options("repr"))
        is_masked = isinstance(expr.value.keyword(field.name).literal, str)
        if _is_name(field.name) and field.type == "builtins.str" and not (is_hidden or is_masked):
            return f"all of `{expr.text}`, `{field.name}` among it"
    return ""


def _is_name(name: str) -> bool:
    return _SECRET.fullmatch(name) is not None and not _HARMLESS.search(name)


def _is_plain(expr: Node) -> bool:
    """Say whether a value is none of `SecretStr`, class, flag, constant such as a key's name."""
    value = expr.value
    if isinstance(value.ast, (ast.Constant, ast.Compare)) or value.is_function or value.is_class:
        return False
    if value.binding is not None and value.binding.kind == "import":
        return False
    made = value.awaited
    if made.is_call and re.search(
        r"mask|redact|hide|obfusc|len|bool|sha|hash|trunc", made.last_name
    ):
        return False
    kind = expr.type
    return kind in (None, "builtins.str", "typing.Any")
