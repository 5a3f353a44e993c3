"""Passwords that go to bcrypt whatever their length in bytes."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.pydantic import schema_of

_LIMIT = 72
_UNLIMITED = "without a limit of 72 bytes"
_SHORT = 20  # a bound below this is for the fewest characters
_PASSWORD = re.compile(r"passw|pwd", re.IGNORECASE)
_DRAWN = re.compile(
    r"(^|_)(api_?key|(access|refresh|reset)_?token|token|otp|((verification|recovery|backup)_)?code)$",
    re.IGNORECASE,
)
"""Names of what a service makes up, and gives to a client."""
_MAXIMUM = re.compile(r"(^|_)max(imum)?(_|$)", re.IGNORECASE)
_DRAWS = ("os.urandom", "secrets.", "uuid.", "nacl.utils.random")
_FIELDS = ("Field", "StringConstraints", "constr", "Form", "Body", "Query")
_BCRYPT = "pwdlib.hashers.bcrypt.BcryptHasher"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that hash a password with bcrypt, in programs that never check 72 bytes."""
    found = list(_found(program))
    if found and not _checks_length(program):
        is_limited = _limits_characters(program)
        for call, hit in found:
            yield _of_characters(hit) if is_limited and not _takes_unlimited(call) else hit


def _of_characters(hit: Hit) -> Hit:
    """Return what is told where something limits characters, of which one may be four bytes."""
    message = hit.message.replace(_UNLIMITED, "whose characters are limited, not its bytes")
    return hit._replace(severity="low", message=message)


def _takes_unlimited(call: Node) -> bool:
    """Say whether a password comes from a field that nothing limits, as far as is seen."""
    text = call.argument(0, "password").value.owner
    origin = text.definition
    given = [origin.passed(caller) for caller in origin.function.callers] if origin else []
    fields = [(schema_of(each.owner.type), each.member) for each in (text, *given)]
    return not _compares_lengths(call.program) and any(
        schema is not None
        and name in schema.fields
        and not (schema.has_model_validator or schema.is_converted(name))
        and not schema.fields[name].options("max_length", "pattern", "regex")
        for schema, name in fields
    )


def _found(program: Program) -> Iterator[tuple[Node, Hit]]:
    for call in program.calls_of("bcrypt.hashpw"):
        if call.module.is_tool:
            continue
        if name := _encoded(call.argument(0, "password")):
            yield (
                call,
                call.hit(
                    f"`bcrypt.hashpw` gets `{name}` {_UNLIMITED}: beyond 72 bytes bcrypt 5 "
                    "raises ValueError, and older ones ignore the rest"
                ),
            )
    for call in program.calls_of("pwdlib.PasswordHash"):
        hashers = call.argument(0, "hashers").value.elements
        if hashers and hashers[0].type == _BCRYPT and not call.module.is_tool:
            yield (
                call,
                call.hit(
                    "new passwords are hashed with bcrypt: beyond 72 bytes bcrypt 5 raises "
                    "ValueError, and older ones ignore the rest"
                ),
            )


@fact
def _writes_limit(program: Program) -> bool:
    """Say whether 72 or 73 is written somewhere: a first, cheap look."""
    limits = (_LIMIT, _LIMIT + 1)
    modules = program.saying(*map(str, limits))
    return any(number.value in limits for m in modules for number in m.nodes(ast.Constant))


def _checks_length(program: Program) -> bool:
    """Say whether something is compared with 72, or cut there."""
    if not _writes_limit(program):
        return False
    slices = (node.at(node.ast.upper) for node in program.nodes(ast.Slice))  # type: ignore[attr-defined]
    if any(upper.constant == _LIMIT for upper in slices):
        return True
    sides = (side for node in program.nodes(ast.Compare) for side in node.operands)
    return any(side.constant in (_LIMIT, _LIMIT + 1) for side in sides if not side.is_call)


def _limits_characters(program: Program) -> bool:
    """Say whether passwords have 72 characters at most: only others than ASCII are longer then."""
    for call in program.calls_named(*_FIELDS):
        limit = call.keyword("max_length").constant
        if _is_limit(limit) and _PASSWORD.search(call.statement.text):
            return True
    return _compares_lengths(program)


@fact
def _compares_lengths(program: Program) -> bool:
    """Say whether the length of a password is compared with a limit somewhere."""
    for node in program.nodes(ast.Compare):
        sides = node.operands
        lengths = [side.value for side in sides if side.value.called == "builtins.len"]
        is_of_password = any(_PASSWORD.search(length.text) for length in lengths)
        if is_of_password and any(_is_limit(side.constant) or _is_maximum(side) for side in sides):
            return True
    return False


def _is_maximum(side: Node) -> bool:
    """Say whether a setting limits a length, if nobody sees to what: `settings.MAX_LENGTH`."""
    return side.constant is None and bool(_MAXIMUM.search(side.last_name))


def _is_limit(value: object) -> bool:
    return isinstance(value, int) and _SHORT <= value <= _LIMIT


def _encoded(password: Node) -> str:
    """Return the text that is encoded for bcrypt as it is written; "" for a digest or a literal."""
    call = password.value
    if call.is_call and call.member == "encode":
        text = call.argument(0, "self") if call.owner.name == "str" else call.owner
    elif call.called == "builtins.bytes":
        text = call.argument(0, "source")
    else:
        return ""
    if text.is_call and text.member == "get_secret_value":
        return text.text
    if text.is_call or not text.last_name:
        return ""
    origin = text.definition
    if origin and not isinstance(origin.ast, ast.arg):
        return ""
    return "" if _is_drawn_by_service(text, origin) else text.text


def _is_drawn_by_service(text: Node, origin: Node) -> bool:
    """Say whether a text is no client's: a key or token by its name, or by all that is passed."""
    if _DRAWN.search(text.last_name) and not _PASSWORD.search(text.last_name):
        return True
    callers = origin.function.callers if origin else []
    passed = [origin.passed(call).value for call in callers]
    return bool(passed) and all(map(_is_drawn, passed))


def _is_drawn(value: Node) -> bool:
    if isinstance(value.literal, str):
        return True
    return any(call.called.startswith(_DRAWS) for call in value.walk(ast.Call))
