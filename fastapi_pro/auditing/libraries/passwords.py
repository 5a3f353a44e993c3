"""Password hashes: which calls compute one, and which of them verify."""

from collections.abc import Collection

from fastapi_pro.auditing.libraries.library_calls import HASHES, PASSLIB, VERIFICATIONS
from fastapi_pro.auditing.libraries.project_packages import is_locked, packages, versions
from fastapi_pro.auditing.libraries.threads import THREAD_NAMES, handed_to_thread
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import find_call
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_BCRYPT = ("bcrypt", "bcrypt_sha256")  # both load the backend that fails
_BCRYPT_CALLS = [f"passlib.hash.{s}.{m}" for s in _BCRYPT for m in ("hash", "encrypt", "using")]
_FAST = 10_000  # iterations of PBKDF2; fewer derive a key from a key, not from a password


def is_hash(call: Node) -> bool:
    """Say whether a call computes a password hash, to store it or to verify one."""
    if call not in HASHES:
        return False
    rounds = call.argument(3, "iterations").constant
    is_fast = isinstance(rounds, int) and rounds < _FAST
    return not (is_fast and call.called == "hashlib.pbkdf2_hmac")


def is_verification(call: Node) -> bool:
    """Say whether a call verifies a password, also in a thread or through another function."""
    work = handed_to_thread(call) or call.func
    if work in VERIFICATIONS:
        return True
    names = _verifying_names(call.program)
    return (not work.member or work.member in names) and work.runs in _verifying(call.program)


def computed_hash(call: Node) -> Node:
    """Return the call that computes a hash: this one, or one in plain functions that it calls."""
    if is_hash(call):
        return call
    function = call.callee
    if not function or function.is_coroutine or function.is_generator:
        return call.at(None)
    return find_call(function, is_hash)


@fact
def _verifying(program: Program) -> set[Node]:
    """Return the functions that verify a password, themselves or through others."""
    works = _works(program, VERIFICATIONS.members)
    found = {function for function, work in works if work in VERIFICATIONS}
    for _ in range(limits.CALLS if found else 0):
        names = {function.name for function in found}
        more = {
            function
            for function, work in _works(program, names)
            if (not work.member or work.member in names) and work.runs in found
        }
        if more <= found:
            break
        found |= more
    return found


def _works(program: Program, names: Collection[str]) -> list[tuple[Node, Node]]:
    """Return the calls and thread targets of each function that calls one of these names."""
    return [
        (function, handed_to_thread(call) or call.func)
        for function in program.functions_calling(*names, *THREAD_NAMES)
        if not function.is_generator
        for call in function.calls
    ]


@fact
def may_verify(program: Program) -> list[Node]:
    """Return the functions in which a call may be a verification."""
    names = {*VERIFICATIONS.members, *_verifying_names(program), *THREAD_NAMES}
    return program.functions_calling(*names)


@fact
def _verifying_names(program: Program) -> set[str]:
    return {function.name for function in _verifying(program)}


@fact
def passlib_on_bcrypt(program: Program) -> list[Node]:
    """Return the calls that make passlib hash with bcrypt 5, which fails."""
    calls = () if is_libpass(program) else program.calls_of(PASSLIB, *_BCRYPT_CALLS)
    return [
        call
        for call in calls
        if call.called != PASSLIB or _default_scheme(call) in _BCRYPT
        if versions(call.module, "bcrypt").has_from("5")
    ]


@fact
def is_libpass(program: Program) -> bool:
    """Say whether the module `passlib` comes from libpass, a maintained fork."""
    return "libpass" in packages(program) or is_locked(program, "libpass")


def _default_scheme(context: Node) -> str:
    """Return the scheme with which a CryptContext hashes new passwords, "" if it cannot be read."""
    if context.has_unpacking:
        return ""
    if default := context.keyword("default"):
        return _text(default.constant)
    schemes = context.argument(0, "schemes").constant
    if isinstance(schemes, str):
        schemes = [part.strip() for part in schemes.split(",")]
    return _text(schemes[0]) if isinstance(schemes, (list, tuple)) and schemes else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
