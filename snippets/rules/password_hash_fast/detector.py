"""Passwords that are stored as hashes which are made to be fast."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.command_lines import is_outside_service
from fastapi_pro.auditing.libraries.passwords import is_hash, is_verification

_FAST = tuple(
    f"hashlib.{name}"
    for name in (
        "md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_224", "sha3_256", "sha3_384",
        "sha3_512", "blake2b", "blake2s",
    )
)  # fmt: skip
_PASSWORD = re.compile(r"((user|plain|raw|new|input|entered|given)_?)*(password|passwd|pwd)(_?\d)?")
_MAKES = re.compile(
    r"(hash|encrypt|encode|verify|check|compare|make|validate|match)\w*(pass|pw)|(pass|pw)\w*(hash|encrypt)"
    r"|^_?(simple_|get_|make_|create_)?hash(ed)?$|authenticate|log_?in|sign_?(in|up)|register"
    r"|(create|add|update)_?user",
    re.IGNORECASE,
)
"""Names of functions that store or verify a password."""
_KEPT = re.compile(
    r"((user|new|stored)_?)*((hash(ed)?|encrypted)_?)?(password|passwd|pwd|pw|pass)(_?(hash(ed)?|digest))?"
    r"|hash(ed)?",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"cache|etag|finger_?print|pwned|hibp|breach|leak|compromis|realm|digest_?auth|signature|gravatar"
    r"|pre_?hash|token|prefix",
    re.IGNORECASE,
)
"""What else a hash of a password is for: it is not stored."""
_SLOW = re.compile(
    rb"^\s*(from|import)\s+(bcrypt|argon2|pwdlib|passlib|nacl)\b|pbkdf2_hmac|scrypt\(|pwnedpasswords",
    re.MULTILINE,
)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls that make such a hash."""
    for call in program.calls_of(*_FAST):
        function = call.function
        if not call.args or not function or _is_slowed(call):
            continue
        name = next(filter(None, map(_password, call.args[0].walk(ast.Name, ast.Attribute))), "")
        if not name or not _is_kept(call) or is_outside_service(call):
            continue
        yield call.hit(
            f"`{call.called}` is made to be fast: whoever reads the table tries millions of"
            f" passwords a second for what it makes of `{name}`"
        )


def _password(part: Node) -> str:
    return part.text if _PASSWORD.fullmatch(part.last_name.lower()) else ""


def _is_kept(call: Node) -> bool:
    """Say whether the names around a hash say that it is stored, or compared with one that is."""
    function = call.function
    names = [function.name, *(target.last_name for target in call.statement.targets)]
    if any(map(_OTHER.search, (*names, call.statement.text))):
        return False
    above = [above.ast for above in call.ancestors]
    keywords = [node.arg for node in above if isinstance(node, ast.keyword) and node.arg]
    return bool(_MAKES.search(function.name)) or any(map(_KEPT.fullmatch, (*names[1:], *keywords)))


def _is_slowed(call: Node) -> bool:
    """Say whether a hash is made many times over, or given to one that takes long."""
    if any(isinstance(above.ast, (ast.For, ast.While)) for above in call.ancestors):
        return True
    callers = call.function.callers
    if any(_SLOW.search(place.module.source) for place in (call, *callers)):
        return True
    beside = (inner for caller in callers for inner in caller.function.calls)
    return any(is_hash(inner) or is_verification(inner) for inner in beside)
