"""Secrets that stand in the source, as a value or as what is taken where none is given."""

import ast
import re
from collections.abc import Iterable, Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.configured_values import environment_name
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.jwt import Decode, Encode, decodes, encodes
from fastapi_pro.auditing.libraries.pydantic import (
    Schema,
    schema_of,
    settings,
    settings_of_pydantic_1,
)
from fastapi_pro.auditing.model.node import inherits
from fastapi_pro.auditing.model.value_origins import origins

_SIGNS = re.compile(
    r"((app|jwt|auth|session|token|access|refresh|api|fastapi|server|backend|user|reset|password"
    r"|verification|verify|email|confirmation|cookie)_?)*"
    r"(secret|secret_?key|signing_?key|encryption_?key|fernet_?key|jwt_?key)",
    re.IGNORECASE,
)
_ADMINS = re.compile(
    r"(first_|default_|initial_)?(super_?user|admin|root)_(pass|password)", re.IGNORECASE
)
_URL = re.compile(r"^\w+(\+\w+)?://[^:/@\s]*:[^@\s/{}<>$]+@(?P<host>[\w-]+(\.[\w-]+)+)[:/]")
_HERE = re.compile(r"^127\.|^0\.0|\.?example\.|\.local$|\.internal$|localhost")
_NO_SECRET = re.compile(r"^(none|null|disabled|\s*)$|\$\{|\{\{|^/|\.pem$|^<", re.IGNORECASE)
_PUBLISHED = re.compile(r"^\s*(-----BEGIN ([A-Z0-9]+ )?(PUBLIC KEY|CERTIFICATE)-|ssh-\w+ |ecdsa-)")
_PUBLIC = re.compile(r"(^|[^a-z])public|certificate|(^|_)cert(_|$)", re.IGNORECASE)
_ASYMMETRIC = re.compile(r"(RS|PS|ES)\d+K?|EdDSA")
_DEVELOPMENT = re.compile(r"test|dev|local|example|sample|demo|mock|fake", re.IGNORECASE)
_PROVIDERS = re.compile(
    r"\b(sk|rk)_live_[0-9A-Za-z]{16,}|(?<!Credential=)(?<!KeyId=)\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pous]_[0-9A-Za-z]{36}\b|\bgithub_pat_\w{40,}|\bxox[abprs]-[0-9A-Za-z-]{20,}|\bAIza[\w-]{35}\b"
    r"|\bsk-(proj-|ant-)?[\w-]{32,}|\bSG\.[\w-]{20,}\.[\w-]{20,}"
)
"""Keys of Stripe, AWS, GitHub, Slack, Google, OpenAI, Anthropic, SendGrid.

In a signed address of AWS stands only the id of a key, of which nobody can make the secret.
"""
_BEGINS = ("_live_", "AKIA", "gh", "github_pat_", "xox", "AIza", "sk-", "SG.")
_PLACEHOLDER = re.compile(
    r"x{4}|\.{3}|your|example|placeholder|dummy|fake|test|12345", re.IGNORECASE
)
_HEADER = re.compile(
    r"authorization|([a-z]+-)*(api|auth|access|private)?-?(key|token|secret)", re.IGNORECASE
)
_SENT = re.compile(
    r"((bearer|token|basic|apikey) )?(?=\S*\d)(?=\S*[a-z])[\w.+/=-]{16,}", re.IGNORECASE
)
"""Headers that let a client in, and the keys that are sent in them."""
_MAILS = ("smtplib", "aiosmtplib", "fastapi_mail")
_SENDERS = ("login", "send", "SMTP", "SMTP_SSL", "ConnectionConfig")
_MADE_UP = re.compile(r"password|passwd|secret|change|here|<|\*{2}", re.IGNORECASE)
_COMPARES = ("secrets.compare_digest", "hmac.compare_digest")
_OWN = re.compile(
    r"(\w+_)?(admin|master|root|secret|api|service|internal|access|auth)_?"
    r"(pass(word)?|key|token|secret)|(\w+_)?password|secret",
    re.IGNORECASE,
)
"""Names of constants that let somebody in."""
_OF_ROW = re.compile(r"settings|config|environ", re.IGNORECASE)
_FIELDS = ("pydantic.Field", "sqlmodel.Field")
_READS = ("os.getenv", "os.environ.get", "os.environ.setdefault")
_CONFIGS = ("config", "env", "get_env", "getenv")
_EXITS = ("sys.exit", "os._exit", "builtins.exit", "builtins.quit")
_MANAGER = "fastapi_users.BaseUserManager"
_OF_MANAGER = ("reset_password_token_secret", "verification_token_secret")
_MAKES = ("itsdangerous.URLSafeTimedSerializer", "itsdangerous.URLSafeSerializer")

_DROP = "Remove the setting; if a library reads it, remove only its default"


def detect(program: Program) -> Iterator[Hit]:
    """Yield each secret with a default, and each key that is written out."""
    found: dict[Node, Hit] = {}
    for node, hit in _all(program):
        if not _is_elsewhere(node):
            found.setdefault(node, hit)
    refused = _refused(program) if found else set()
    for node, hit in found.items():
        if node.literal not in refused and not _is_too_short(node):
            yield hit
    yield from _compared(program)


def _all(program: Program) -> Iterator[tuple[Node, Hit]]:
    """Yield the literals, each with what is to be said of it."""
    loaded = _loaded(program)
    for schema in (*settings(program), *settings_of_pydantic_1(program), *loaded):
        for field in schema.fields.values():
            is_field = field.default.called in _FIELDS
            value = _written(field.default.argument(0, "default") if is_field else field.default)
            if value and not _is_handled(schema, field.name):
                called = f"`{schema.name}.{field.name}`"
                reads = program.attributes(field.name)
                is_read = schema in loaded or any(not read.module.is_tool for read in reads)
                told = _of_name(field.name, value, field.node, called)
                yield from told if is_read else _unread(told, called)
    for call in _environment(program):
        name = call.args[0].constant if call.args else None
        value = _written(call.argument(1, "default").value)
        if not value and isinstance(call.parent.ast, ast.BoolOp):
            value = _written(call.parent.operands[-1].value)
        if value and isinstance(name, str) and not _is_required(call, name):
            told = _of_name(name, value, call, f"`{name}`")
            yield from told if _is_read(call) else _unread(told, f"`{name}`")
    yield from _of_providers(program)
    yield from _of_headers(program)
    yield from _of_mail(program)
    for key in _keys(program):
        value = _written(key.value if not key.is_call else key) or _written(_of_object(key))
        value = value or _written(key.generic.value.entry(str(key.index.literal)).value)
        if value:
            yield value, _hit(value, f"`{key.text}`", "is a key in the source")
        else:
            for place, default in _fallbacks(key):
                yield default, _hit(place, f"`{key.text}`", "has a default that anybody can read")


def _of_providers(program: Program) -> Iterator[tuple[Node, Hit]]:
    """Yield the keys of services, which one knows by how they begin: `sk_live_...`."""
    for text, match in program.strings(_PROVIDERS, *_BEGINS):
        if text.module.is_tool or _PLACEHOLDER.search(str(text.literal)):
            continue
        yield (
            text,
            text.hit(
                f"`{match[0][:8]}…` is a key of a service in the source: whoever reads it can use"
                " the account that pays for it"
            ),
        )


def _of_headers(program: Program) -> Iterator[tuple[Node, Hit]]:
    """Yield the keys that stand in the headers of requests to other services."""
    for headers in filter(_is_sent, program.nodes(ast.Dict)):
        for name, value in headers.entries:
            if isinstance(name.literal, str) and _HEADER.fullmatch(name.literal):
                for part in value.walk(ast.Constant, ast.Name):
                    if text := _key(part.value):
                        told = "a key in the source: whoever reads it can use that service"
                        yield text, text.hit(f"the header `{name.literal}` is sent with {told}")


def _is_sent(headers: Node) -> bool:
    """Say whether a dictionary is the headers of a request that the service sends."""
    is_given = getattr(headers.parent.ast, "arg", None) == "headers"
    names = [target.last_name for target in headers.statement.targets]
    is_named = headers.statement.assigned == headers and any("header" in n.lower() for n in names)
    return (is_given or is_named) and not headers.module.is_tool


def _key(value: Node) -> Node | None:
    text = value.literal
    is_key = isinstance(text, str) and _SENT.fullmatch(text) and not _PLACEHOLDER.search(text)
    return value if is_key else None


def _of_mail(program: Program) -> Iterator[tuple[Node, Hit]]:
    """Yield the passwords with which the service logs in to send mail."""
    for call in program.calls_named(*_SENDERS) if program.saying(*_MAILS) else ():
        if call.last_name == "login":
            given = call.argument(1, "password") if call.module.says(*_MAILS) else call.at(None)
        else:
            given = call.keyword("MAIL_PASSWORD") or call.keyword("password")
        value = _written(given.value)
        is_made_up = _PLACEHOLDER.search(str(value.literal)) or _MADE_UP.search(str(value.literal))
        if value and not is_made_up:
            yield (
                value,
                call.hit(
                    f"the password of `{call.func.text}` stands in the source: whoever reads it"
                    " sends mail from the address of the service"
                ),
            )


def _compared(program: Program) -> Iterator[Hit]:
    """Yield the texts of the source with which a request's password or key is compared."""
    for function in sorted(request_functions(program), key=lambda f: f.place):
        for compared in function.own(ast.Compare, ast.Call):
            sides = compared.operands if not compared.is_call else compared.args
            if len(sides) != 2 or not any(_OWN.fullmatch(side.last_name) for side in sides):
                continue
            is_equal = compared.called in _COMPARES or _is_equality(compared)
            if not is_equal or _is_elsewhere(compared):
                continue
            for side, other in (sides, sides[::-1]):
                value = _written(side.value) if _OWN.fullmatch(side.last_name) else side.at(None)
                is_kind = inherits(side.owner.definition, "enum.Enum", "enum.StrEnum")
                if value and not (value.function or is_kind or _OF_ROW.search(other.text)):
                    yield compared.hit(
                        f"`{function.name}` compares what is sent with `{side.dotted}`, which"
                        " stands in the source: whoever reads it is let in"
                    )


def _is_equality(compared: Node) -> bool:
    match compared.ast:
        case ast.Compare(ops=[ast.Eq() | ast.NotEq()]):
            return True
    return False


def _loaded(program: Program) -> list[Schema]:
    """Return the schemas that fastapi-jwt-auth reads: `@AuthJWT.load_config`."""
    found = (
        schema_of(value.type)
        for function in program.functions
        if any(
            d.member == "load_config" and d.owner.last_name == "AuthJWT"
            for d in function.decorators
        )
        for value in function.returned
    )
    return [schema for schema in found if schema is not None]


def _is_handled(schema: Schema, name: str) -> bool:
    """Say whether a validator, or what runs after them, may refuse or replace a default."""
    if schema.is_converted(name):
        return True
    methods = [v.method for v in schema.validators("model_validator", "root_validator")]
    methods += [schema.node.method(special) for special in ("model_post_init", "__init__")]
    return any(_may_handle(method, name) for method in methods if method)


def _may_handle(validator: Node, name: str) -> bool:
    """Say whether a validator of all fields does more than set others than this one."""
    if any(True for _ in validator.walk(ast.Raise, ast.Assert, ast.For, ast.DictComp)):
        return True
    calls = list(validator.walk(ast.Call))
    if any(c.callee or c.called in _EXITS or c.last_name in ("setattr", "update") for c in calls):
        return True
    named = validator.walk(ast.Constant, ast.Attribute)
    return any(name in (node.literal, node.member) for node in named)


def _unread(told: Iterable[tuple[Node, Hit]], called: str) -> Iterator[tuple[Node, Hit]]:
    """Yield what is said of a setting that only something outside the code may take."""
    message = f"{called} has a default that anybody can read; no code here reads the setting"
    for node, hit in told:
        if not any(map(_is_of_service, _keys(node.program))):
            yield node, hit._replace(severity="low", message=message, fix=_DROP)


def _is_read(value: Node) -> bool:
    """Say whether code reads the variable of a module, or of a class, that holds a value."""
    names = [target.name for target in value.statement.targets]
    if value.function or len(names) != 1 or not names[0]:
        return True
    is_attribute = bool(value.enclosing_class)
    return any(
        named.is_read and not named.module.is_tool and not (is_attribute and named.name)
        for named in value.program.naming(names[0])
    )


def _is_of_service(key: Node) -> bool:
    """Say whether the service signs with a key: a setting that nothing reads is none of it then."""
    return bool(key) and not key.module.is_tool


def _fallbacks(key: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the texts that a key is where nothing else is given, each with its place."""
    made = [key.value]
    if key.owner.name == "self":
        made += [
            statement.assigned
            for method in key.enclosing_class.body
            for statement in (method.own(ast.Assign) if method.is_function else ())
            if any(target.text == key.text for target in statement.targets)
        ]
    for value in made:
        place = value.operands[-1] if isinstance(value.ast, ast.BoolOp) else value.at(None)
        if value.called in _READS:
            place = value.argument(1, "default")
        if default := _written(place.value):
            yield place, default


def _of_name(name: str, value: Node, place: Node, called: str) -> Iterator[tuple[Node, Hit]]:
    text = str(value.literal)
    if (_SIGNS.fullmatch(name) and not _is_refused(place.program, name)) or _ADMINS.fullmatch(name):
        yield value, _hit(place, called, "has a default that anybody can read")
    elif (url := _URL.match(text)) and not _HERE.search(url["host"]):
        message = f"{called} has a default with a password, for {url['host']}"
        yield value, place.hit(f"{message}: whoever reads the source can connect")


def _hit(place: Node, called: str, state: str) -> Hit:
    words = called.lower()
    whom = "with it" if "password" in words and "secret" not in words else "as anybody"
    message = f"{called} {state}: whoever knows it can log in {whom}"
    if place.called not in _READS:
        return place.hit(message)
    required = f'os.environ["{place.args[0].constant}"]'
    return place.hit(message, fix=f"`{required}`, which fails without it; replace the old secret")


def _environment(program: Program) -> Iterator[Node]:
    """Yield what reads a variable of the environment, by the library or by a `config`."""
    yield from program.calls_of(*_READS)
    for call in program.calls_named(*_CONFIGS):
        if call.func.name and call.keyword("default") and not call.called.startswith("os."):
            yield call


def _is_required(call: Node, name: str) -> bool:
    """Say whether the code beside raises where a variable is not given: `"X" not in os.environ`."""
    scope = call.function or call.at(call.module.tree)
    for branch in scope.own(ast.If):
        asks = any(text.literal == name for text in branch.test.walk(ast.Constant))
        if asks and any(isinstance(s.ast, ast.Raise) or _ends(s) for s in branch.body):
            return True
    return False


def _ends(statement: Node) -> bool:
    """Say whether a statement ends the process."""
    return any(call.called in _EXITS for call in statement.walk(ast.Call))


def _is_refused(program: Program, name: str) -> bool:
    """Say whether no token that is signed with a setting is accepted: others verify it."""
    if any(_is_setting(key, name) for key in _other_keys(program)):
        return False
    verifying = [decode for decode in decodes(program) if _is_setting(decode.key, name)]
    signing = [encode for encode in encodes(program) if _is_setting(encode.key, name)]
    if verifying:
        return all(map(_is_public, verifying))
    return bool(signing) and all(_is_in_vain(encode) for encode in signing)


def _is_setting(key: Node, name: str) -> bool:
    """Say whether a key is a setting or a variable of the environment of this name."""
    return any(
        name in (found.member, environment_name(found)) for found in origins(key, _passed_on)
    )


def _passed_on(key: Node) -> list[Node]:
    """Return the secret of which a key is the bytes or the text."""
    return [key.owner] if key.member in ("get_secret_value", "encode") else []


def _is_in_vain(encode: Encode) -> bool:
    """Say whether no decoding takes the algorithm by which a token is signed."""
    verifying = [d for d in decodes(encode.call.program) if not d.is_unverified]
    return bool(verifying) and not any(decode.accepts(encode) for decode in verifying)


def _keys(program: Program) -> Iterator[Node]:
    """Yield what tokens, cookies and sessions are signed with."""
    for encode in encodes(program):
        if not _is_in_vain(encode):
            yield encode.key
    yield from _other_keys(program)
    for decode in decodes(program):
        if not (decode.is_unverified or _is_public(decode)):
            yield decode.key


def _of_object(key: Node) -> Node:
    """Return what the class of an object sets an attribute to, where nothing else sets it."""
    cls = key.owner.type_class
    is_plain = cls.is_class and not cls.ast.bases and not cls.decorators  # type: ignore[attr-defined]
    if not is_plain or key.member in cls.module.self_assignments(cls.ast):
        return key.at(None)
    assigned = (s.assigned for s in cls.body if key.member in [t.name for t in s.targets])
    return next(assigned, key.at(None))


def _other_keys(program: Program) -> Iterator[Node]:
    """Yield what cookies, sessions and other tokens than JWTs of the libraries are signed with."""
    for call in program.calls_of("fastapi.middleware.sessions.SessionMiddleware"):
        yield call.argument(1, "secret_key")
    for call in program.calls_of(*_MAKES):
        yield call.argument(0, "secret_key")
    for cls in program.classes:
        assigned = cls.body if inherits(cls, _MANAGER) else []
        for statement in assigned:
            if any(target.name in _OF_MANAGER for target in statement.targets):
                yield statement.assigned
    for call in program.calls_named("add_middleware", "JWTStrategy"):
        yield call.keyword("secret_key") or call.keyword("secret")


def _is_public(decode: Decode) -> bool:
    """Say whether the key only verifies: whoever knows it can sign nothing."""
    if names := decode.algorithm_names:
        return all(map(_ASYMMETRIC.fullmatch, names))
    return bool(_PUBLIC.search(decode.key.text))


def _written(value: Node) -> Node:
    """Return the literal text that a secret is, also in `SecretStr(...)` and with `encode()`."""
    if value.is_call and (value.last_name == "SecretStr" or value.member == "encode"):
        value = value.args[0] if value.last_name == "SecretStr" and value.args else value.owner
        value = value.value
    text = value.literal
    text = text.decode(errors="replace") if isinstance(text, bytes) else text
    is_secret = isinstance(text, str) and not (_NO_SECRET.search(text) or _PUBLISHED.search(text))
    return value if is_secret else value.at(None)


def _is_elsewhere(node: Node) -> bool:
    """Say whether a secret is of tests, tools or development alone, by file or class."""
    if node.module.is_test or node.module.is_tool:
        return True
    if _DEVELOPMENT.search(node.module.name) or _DEVELOPMENT.search(node.enclosing_class.name):
        return True
    tests = (
        above.test.text for above in node.ancestors if isinstance(above.ast, (ast.If, ast.IfExp))
    )
    return any(re.search(r"debug|dev|test|local|env|prod", text, re.IGNORECASE) for text in tests)


def _is_too_short(value: Node) -> bool:
    """Say whether the code beside refuses a text of its length: `if len(KEY) < 32: raise`."""
    names = [target.last_name for target in value.statement.targets]
    scope = value.function or value.at(value.module.tree)
    return any(
        _asks_more(branch, names, len(str(value.literal)))
        and any(isinstance(s.ast, ast.Raise) or _ends(s) for s in branch.body)
        for branch in scope.own(ast.If)
    )


def _asks_more(branch: Node, names: Iterable[str], length: int) -> bool:
    """Say whether a condition is `len(name) < number`, and true for this length."""
    match branch.test.ast:
        case ast.Compare(
            left=ast.Call(func=ast.Name(id="len"), args=[measured]),
            ops=[ast.Lt() | ast.LtE() as less],
            comparators=[ast.Constant(value=int(number))],
        ):
            is_less = length < number or (length == number and isinstance(less, ast.LtE))
            return branch.at(measured).last_name in names and is_less
    return False


def _refused(program: Program) -> set[object]:
    """Return the texts that code compares something with: the start refuses a placeholder."""
    found: set[object] = set()
    for compare in program.nodes(ast.Compare):
        for operand in compare.operands:
            value = operand.constant
            values = value if isinstance(value, (list, tuple, set)) else [value]
            found.update(text for text in values if isinstance(text, str))
    return found
