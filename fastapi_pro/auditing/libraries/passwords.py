"""Password hashes: which calls compute one, which of them verify, and what reads old ones."""

import ast
from collections.abc import Collection, Iterable

from fastapi_pro.auditing.libraries.images import image_pythons
from fastapi_pro.auditing.libraries.library_calls import HASHES, PASSLIB, VERIFICATIONS
from fastapi_pro.auditing.libraries.project_packages import (
    is_locked,
    packages,
    python,
    requirements,
    versions,
)
from fastapi_pro.auditing.libraries.threads import THREAD_NAMES, handed_to_thread
from fastapi_pro.auditing.libraries.version_ranges import bound
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import find_call
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_BCRYPT = ("bcrypt", "bcrypt_sha256")  # both load the backend that fails
_BCRYPT_CALLS = [f"passlib.hash.{s}.{m}" for s in _BCRYPT for m in ("hash", "encrypt", "using")]
_BOTH = "`pwdlib[argon2,bcrypt]` with `PasswordHash((Argon2Hasher(), BcryptHasher()))`"
_NO_CRYPT = bound("3.13")  # of Python, whose standard library has no `crypt` from here on
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
    """Return the calls that make passlib hash with bcrypt 5, or without any bcrypt, which fails."""
    calls = () if is_libpass(program) else program.calls_of(PASSLIB, *_BCRYPT_CALLS)
    return [
        call
        for call in calls
        if call.called != PASSLIB or _default_scheme(call) in _BCRYPT
        if versions(call.module, "bcrypt").has_from("5")
        if not (lacks_bcrypt(program) and _has_crypt(call))
    ]


@fact
def is_libpass(program: Program) -> bool:
    """Say whether the module `passlib` comes from libpass, a maintained fork."""
    return "libpass" in packages(program) or is_locked(program, "libpass")


@fact
def lacks_bcrypt(program: Program) -> bool:
    """Say whether requirements name passlib, and none names bcrypt."""
    listed = requirements(program)
    is_named = any(r.name == "bcrypt" or "bcrypt" in r.extras for r in listed)
    is_named = is_named or is_locked(program, "bcrypt")
    return not is_named and any(r.name == "passlib" for r in listed)


def _has_crypt(call: Node) -> bool:
    """Say whether each Python that runs a call has `crypt`, with which passlib needs no bcrypt."""
    pythons = image_pythons(call.program)
    if pythons:
        return all(version and bound(version) < _NO_CRYPT for version in pythons)
    return python(call.module).high < _NO_CRYPT


def schemes_of(call: Node) -> list[str]:
    """Return the schemes of a CryptContext or of a call of a handler, none if they are unknown."""
    if call.called != PASSLIB:
        return call.called.split(".")[2:3]
    schemes = call.argument(0, "schemes").constant
    if isinstance(schemes, str):
        schemes = [part.strip() for part in schemes.split(",")]
    listed = schemes if isinstance(schemes, (list, tuple)) else ()
    return [scheme for scheme in listed if isinstance(scheme, str)]


@fact
def passlib_schemes(program: Program) -> list[str]:
    """Return the schemes that the code outside tests has: of contexts, and imported."""
    found = [scheme for context in program.calls_of(PASSLIB) for scheme in schemes_of(context)]
    for module in program.saying("passlib.hash"):
        for statement in module.nodes(ast.ImportFrom):
            if isinstance(statement, ast.ImportFrom) and statement.module == "passlib.hash":
                found += [alias.name for alias in statement.names if alias.name != "*"]
    return found


def pwdlib_for(schemes: Iterable[str]) -> str:
    """Return the fix with pwdlib where passlib has stored hashes with these schemes."""
    found = dict.fromkeys(schemes)
    unread = [scheme for scheme in found if scheme not in ("argon2", "bcrypt")]
    if "bcrypt" in found:
        fix = f"{_BOTH}, which verifies the old {'bcrypt ' if unread else ''}hashes"
    elif not found:
        fix = f"{_BOTH}, which verifies Argon2 and bcrypt hashes, no others"
    elif "argon2" in found:
        fix = "`pwdlib[argon2]`: `PasswordHash.recommended()` verifies the old Argon2 hashes"
    else:
        fix = "`pwdlib[argon2]` for new hashes"
    if not unread:
        return fix
    listed = ", ".join(f"`{scheme}`" for scheme in unread)
    version = " and `bcrypt<5`" if "bcrypt_sha256" in unread else ""
    return f"{fix}; it cannot read {listed}: keep passlib{version} to verify those"


def _default_scheme(context: Node) -> str:
    """Return the scheme with which a CryptContext hashes new passwords, "" if it cannot be read."""
    if context.has_unpacking:
        return ""
    if default := context.keyword("default"):
        return default.constant if isinstance(default.constant, str) else ""
    return next(iter(schemes_of(context)), "")
