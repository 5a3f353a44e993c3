"""Secrets that are logged, or printed by the service."""

import ast
import re
from collections.abc import Iterable, Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.configured_values import environment_name
from fastapi_pro.auditing.libraries.environments import is_for_developers
from fastapi_pro.auditing.libraries.exception_handlers import exception_handlers
from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.fastapi_requests import (
    MIDDLEWARE_METHODS,
    is_http_middleware,
)
from fastapi_pro.auditing.libraries.fastapi_users import is_sent_token
from fastapi_pro.auditing.libraries.project_packages import versions
from fastapi_pro.auditing.libraries.pydantic import Schema, schema_of
from fastapi_pro.auditing.libraries.request_objects import filled, requested
from fastapi_pro.auditing.libraries.request_texts import Search, text_parts
from fastapi_pro.auditing.libraries.secret_values import (
    holds_password,
    is_secret_name,
    is_text,
    text_of,
)
from fastapi_pro.auditing.libraries.unused import runs_in_service
from fastapi_pro.auditing.model import limits

_LEVELS = ("debug", "info", "warning", "error", "exception", "critical", "log")
_LOGGER = re.compile(r"(\w*_)?log(ger|ging)?", re.IGNORECASE)
_PRINTS = ("builtins.print", "pprint.pprint", "rich.print")
_OPTION = re.compile(r"environ|getenv|settings|config|debug|verbose|isEnabledFor", re.IGNORECASE)
_GUESSES = re.compile(r"brut(e|er|ing)(_|$|[A-Z])|brute_?force|wordlist|honeypot", re.IGNORECASE)
_MASKS = re.compile(r"mask|redact|hid(e|den)|obfusc|len|bool|sha|hash|trunc|sanit", re.IGNORECASE)
_DECODES = re.compile(r"^(b(64|32|16)|urlsafe_b64)decode$|^(fromhex|unhexlify)$")
_DUMPS = ("model_dump", "model_dump_json", "dict", "json")
_HEADERS = {"authorization", "cookie", "x-api-key", "proxy-authorization"}
_CODE = re.compile(
    r"(\w+_)?(otp|totp)(_code)?|one_time_(code|password)|(\w+_)?(passcode|magic_link)"
    r"|(verification|verify|reset|recovery|confirmation|activation|login|2fa|mfa)_code",
    re.IGNORECASE,
)
"""Names of what somebody is sent, and proves an address or a second factor with."""
_DRAWS = re.compile(r"^(random|secrets|pyotp)\.|^(generate|make|create|new|random)_", re.IGNORECASE)
_TOKENS = ("secrets.token_urlsafe", "secrets.token_hex")
_OPENS = re.compile(r"link|url|token|secret|api_?key|passw|invit|reset|verif|magic", re.IGNORECASE)
"""Names around what `secrets` draws to open something, and not to number something."""
_KEY = re.compile(r"(\w+_)?(api_?key|secret_?key|access_?key|client_?secret)", re.IGNORECASE)
_NAMED_SECRET = re.compile(r"(\w+_)?(secret|api_?key|signing_key|jwt_?key)", re.IGNORECASE)
_BEARS = re.compile("authorization|auth_header", re.IGNORECASE)
_SENDS = re.compile(r"send|mail|sms|notify|deliver", re.IGNORECASE)
_HANDLED = "fastapi.exceptions.RequestValidationError"
_SAME = {"repr", "str", "dict"}
_BEARER = Search()


def detect(program: Program) -> Iterator[Hit]:
    """Yield each call that writes a secret to a log, or gives one to a function that does."""
    found: dict[Node, Hit] = {}
    for call in _calls(program):
        for place, what in _written(call):
            severity = "low" if call.member == "debug" else ""
            if not _is_for_developers(place):
                found.setdefault(place, place.hit(what, severity=severity))
    yield from found.values()


def _is_for_developers(place: Node) -> bool:
    """Say whether a place, or every call of its function, is in a developer's environment only."""
    callers = place.function.callers
    return is_for_developers(place) or (bool(callers) and all(map(is_for_developers, callers)))


def _calls(program: Program) -> Iterator[Node]:
    """Yield the calls that write to a log; what a service prints is in one, too."""
    for call in program.calls_named(*_LEVELS):
        is_log = call.owner and _LOGGER.fullmatch(call.owner.last_name)
        if is_log and not call.module.is_tool:
            yield call
    for call in program.calls_of(*_PRINTS):
        if not call.module.is_tool and runs_in_service(call):
            yield call


def _written(call: Node) -> Iterator[tuple[Node, str]]:
    """Yield where a secret comes to a log, and what it is."""
    leaves = [leaf for given in call.given for leaf in _leaves(given)]
    name = call.func.text
    if found := _first(leaves):
        if not (_is_option(call) or _is_guessing(call)):
            yield call, f"`{name}` writes {found}"
        return
    for leaf in leaves:
        for caller in _givers(leaf):
            parameter = leaf.at(leaf.bound.node) if leaf.bound else leaf
            if found := _first(_leaves(parameter.passed(caller))):
                yield caller, f"`{caller.func.text}` writes {found}, by `{name}`"


def _givers(leaf: Node) -> list[Node]:
    """Return the calls that give a parameter its value, which nothing changes before the log."""
    bound = leaf.bound
    function = leaf.function
    if bound is None or bound.kind != "param" or len(function.bindings(leaf.name)) > 1:
        return []
    return [call for call in function.callers if not call.module.is_tool]


def _first(leaves: Iterable[Node], depth: int = 0) -> str:
    """Return the first secret among values, "" if there is none."""
    for leaf in leaves:
        if (found := _secret(leaf)) and not _is_undecodable(leaf):
            return found
        texts = text_of(leaf) if depth < limits.NAMES and not _MASKS.search(leaf.last_name) else []
        for text in texts:
            if found := _first(_leaves(text), depth + 1):
                return f"`{leaf.text}`, and in it {found}"
    return ""


def _is_undecodable(leaf: Node) -> bool:
    """Say whether a text is logged because it could not be decoded: then it is nobody's token.

    The `try` has nothing else in it that may fail.
    """
    for above in leaf.ancestors:
        if above.is_function:
            return False
        tried = above.parent.ast
        if isinstance(above.ast, ast.ExceptHandler) and isinstance(tried, ast.Try):
            decoding = [above.at(node) for node in ast.walk(tried.body[0])]
            return len(tried.body) == 1 and any(
                call.is_call and _DECODES.search(call.last_name) and leaf.name in _names(call)
                for call in decoding
            )
    return False


def _names(call: Node) -> set[str]:
    return {name.name for given in call.given for name in given.walk(ast.Name)}


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
    parts = parts or [value for _, value in expr.entries] or expr.elements or _copied(expr)
    if expr.is_call and expr.last_name in _SAME and expr.called.startswith("builtins."):
        parts = expr.args[:1]
    if not parts or depth > 10:
        yield expr
    for part in parts:
        yield from _leaves(part, depth + 1)


def _copied(expr: Node) -> list[Node]:
    """Return what a comprehension copies whole: `{name: value for name, value in x.items()}`."""
    match expr.ast:
        case ast.DictComp(
            key=ast.Name(id=key),
            value=ast.Name(id=value),
            generators=[
                ast.comprehension(
                    target=ast.Tuple(elts=[ast.Name(id=first), ast.Name(id=second)]),
                    iter=ast.Call(func=ast.Attribute(value=copied, attr="items")),
                    ifs=[],
                )
            ],
        ) if (key, value) == (first, second):
            return [expr.at(copied)]
    return []


def _secret(leaf: Node) -> str:
    """Return what is secret about a value, "" if nothing is known to be."""
    expr = leaf.awaited
    if isinstance(expr.ast, ast.Constant):
        return ""
    if expr.library_name == "os.environ":
        return "all of `os.environ`"
    if holds_password(expr):
        return f"`{expr.text}`, the password of the database in it"
    if is_secret_name(environment_name(expr)):
        return f"`{expr.text}`"
    if _is_errors(expr) and _takes_passwords(expr.program):
        return f"`{expr.text}`: with `input`, what was sent, passwords of others among it"
    if expr.is_call and not _is_body(expr):
        return _of_call(expr)
    if headers := _headers(expr):
        return f"`{headers.text}`, the token and the cookies among them"
    if _is_body(expr) and _takes_passwords(expr.program):
        return f"`{expr.text}`, the whole body, passwords of others among it"
    key = expr.index.literal
    if isinstance(key, str) and is_secret_name(key):
        return f"`{expr.text}`"
    if not isinstance(expr.ast, (ast.Name, ast.Attribute)):
        return ""
    if _CODE.fullmatch(expr.last_name) and _is_drawn(expr):
        return f"`{expr.text}`, with which anybody verifies the address"
    if is_secret_name(expr.last_name) or is_secret_name(environment_name(expr.value)):
        return f"`{expr.text}`" if _is_plain(expr) else ""
    if _KEY.fullmatch(expr.last_name) and expr.last_name in _drawn_names(expr.program):
        return f"`{expr.text}`, which is made here and opens what it is for"
    if is_sent_token(expr):
        return f"`{expr.text}`, by which anybody sets a new password or verifies the address"
    if expr.name == "token" and (given := _BEARER.unchecked(expr)):
        return (
            f"`{expr.text}`, by which its owner signs in" if given.source == "credentials" else ""
        )
    if expr.name == "token" and _is_from_header(expr):
        return f"`{expr.text}`, by which its owner signs in"
    return _of_schema(expr, schema_of(expr.type)) or _of_dataclass(expr)


def _is_from_header(name: Node) -> bool:
    """Say whether a variable is a part of the `Authorization` header."""
    bound = name.bound
    made = name.at(bound.node) if bound is not None else name.at(None)
    return made.member in ("partition", "split", "removeprefix") and bool(
        _BEARS.search(made.owner.text)
    )


@fact
def _drawn_names(program: Program) -> set[str]:
    """Return the names of attributes and variables that get what `secrets` has drawn."""
    found: set[str] = set()
    for call in program.calls_of(*_TOKENS):
        found.update(target.last_name for target in call.statement.targets)
        for above in call.ancestors:
            if isinstance(above.ast, ast.keyword) and above.ast.arg:
                found.add(above.ast.arg)
            if above.is_call and (cls := above.func.definition).is_class:
                fields = [t.name for part in cls.body for t in part.targets if t.name]
                held = [n for n, given in enumerate(above.args) if given.holds(call)]
                found.update(fields[number] for number in held if number < len(fields))
    return found - {""}


def _of_dataclass(expr: Node) -> str:
    """Say which secret an object prints that is a dataclass: all of its fields."""
    cls = expr.type_class
    names = [decorator.library_name for decorator in cls.decorators]
    names += [decorator.called for decorator in cls.decorators]
    if "dataclasses.dataclass" not in names or any(map(cls.method, ("__str__", "__repr__"))):
        return ""
    for statement in cls.body:
        field = statement.targets[0].name if statement.targets else ""
        is_hidden = statement.assigned.keyword("repr").literal is False
        is_secret = is_secret_name(field) or _NAMED_SECRET.fullmatch(field)
        if is_secret and statement.annotation.annotated == "builtins.str" and not is_hidden:
            return f"all of `{expr.text}`, `{field}` among it"
    return ""


def _headers(expr: Node) -> Node:
    """Return the headers of the request that a value is, or a variable with a copy of them."""
    held = expr.value if expr.name else expr
    copied = held.args[:1] if held.called == "builtins.dict" else _copied(held)
    found = copied[0] if copied else expr
    is_all = found.member == "headers" and found.owner.is_a("fastapi.Request", "fastapi.WebSocket")
    return found if is_all else expr.at(None)


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


def _is_errors(expr: Node) -> bool:
    """Say whether a value is the error of a request's validation: Pydantic 2 adds the input."""
    error = expr.owner if expr.is_call and expr.member == "errors" else expr
    if not error.name or not versions(error.module, "pydantic").has_from("2"):
        return False
    bound = error.bound
    is_given = bound is not None and bound.kind == "param"
    return error.is_a(_HANDLED) or (is_given and error.function in _handlers(error.program))


@fact
def _handlers(program: Program) -> set[Node]:
    """Return the handlers of validation errors whatever their parameter is declared to be."""
    return {h.function for h in exception_handlers(program) if h.key.library_name == _HANDLED}


def _is_drawn(expr: Node) -> bool:
    """Say whether a code is drawn or made here, or given to a function that sends it."""
    bound = expr.bound
    if bound is not None and bound.kind == "param":
        return bool(_SENDS.search(expr.function.name))
    calls = expr.value.walk(ast.Call)
    return any(_DRAWS.search(call.called or call.last_name) for call in calls)


@fact
def _takes_passwords(program: Program) -> bool:
    """Say whether a request of the program brings a password."""
    names = (name for schema in filled(program).values() for name in schema.fields)
    if any(map(is_secret_name, names)):
        return True
    form = "fastapi.security.OAuth2PasswordRequestForm"
    return any(p.type == form for function in requested(program) for p in parameters(function))


def _of_call(call: Node) -> str:
    beside = f"{call.statement.text} {call.function.name}".replace(call.text, "")
    if call.called in _TOKENS and _OPENS.search(beside):
        return f"`{call.text}`, which the log then shows"
    is_shown = call.keyword("hide_password").literal is False
    if call.member == "get_secret_value" or (call.member == "render_as_string" and is_shown):
        return f"`{call.text}`"
    if call.member in _DUMPS and not call.keyword("exclude") and not call.keyword("include"):
        return _of_schema(call.owner, schema_of(call.owner.type))
    if call.member == "get" and call.args and isinstance(call.args[0].literal, str):
        name = call.args[0].literal
        is_header = call.owner.member == "headers" and name.lower() in _HEADERS
        return f"`{call.text}`" if is_header or is_secret_name(name) else ""
    return ""


def _of_schema(expr: Node, schema: Schema | None) -> str:
    """Say which secret a schema or the settings print."""
    if schema is None or any(schema.node.method(name) for name in ("__str__", "__repr__")):
        return ""
    for field in schema.fields.values():
        is_hidden = any(given.literal is False for given in field.options("repr"))
        is_masked = isinstance(expr.value.keyword(field.name).literal, str)
        is_masked = is_masked or _is_set(expr, field.name)
        is_shown = field.type == "builtins.str" and not (is_hidden or is_masked)
        if is_secret_name(field.name) and is_shown:
            return f"all of `{expr.text}`, `{field.name}` among it"
    return ""


def _is_set(expr: Node, field: str) -> bool:
    """Say whether the function has replaced a field before, by a hash for the most part."""
    return any(
        target.member == field and target.owner.dotted == expr.dotted
        for statement in expr.function.own(ast.Assign)
        for target in statement.targets
        if statement.position < expr.position
    )


def _is_plain(expr: Node) -> bool:
    """Say whether a value is none of `SecretStr`, class, flag, constant such as a key's name."""
    value = expr.value
    if isinstance(value.ast, (ast.Constant, ast.Compare)) or value.is_function or value.is_class:
        return False
    if value.binding is not None and value.binding.kind == "import":
        return False
    made = value.awaited
    return not (made.is_call and _MASKS.search(made.last_name)) and is_text(expr)
