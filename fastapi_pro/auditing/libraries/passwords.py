"""Password hashes: which calls compute one, and which of them verify."""

import ast

from fastapi_pro.auditing.libraries.deployment import declared, locked
from fastapi_pro.auditing.libraries.legacy_call_graph import find_call, is_generator
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    argument,
    callee,
    calls_in,
    has_unpacking,
    keyword,
    type_of,
)

CONTEXT = "passlib.context.CryptContext"
_HASH = {
    "bcrypt.hashpw", "bcrypt.kdf", "hashlib.scrypt", "hashlib.pbkdf2_hmac",
    "werkzeug.security.generate_password_hash",
}  # fmt: skip
_VERIFY = {"bcrypt.checkpw", "werkzeug.security.check_password_hash"}
_HASHERS = {
    "pwdlib.PasswordHash", CONTEXT, "passlib.context.LazyCryptContext", "argon2.PasswordHasher",
    "pwdlib.hashers.argon2.Argon2Hasher", "pwdlib.hashers.bcrypt.BcryptHasher",
    "fastapi_users.password.PasswordHelper",
}  # fmt: skip
_HASH_METHODS = {"hash", "encrypt"}
_VERIFY_METHODS = {"verify", "verify_and_update"}
_NAMES = _HASH_METHODS | _VERIFY_METHODS | {n.rpartition(".")[2] for n in _HASH | _VERIFY}
_BCRYPT = ("bcrypt", "bcrypt_sha256")  # both load the backend that fails
_FAST = 10_000  # iterations of PBKDF2; fewer derive a key from a key, not from a password
_DEPTH = 5  # of calls followed
_THREADS = {
    "asyncio.to_thread",
    "fastapi.concurrency.run_in_threadpool",
    "anyio.to_thread.run_sync",
}


def is_hash(program: Program, module: Module, call: ast.Call) -> bool:
    """Say whether a call computes a password hash, to store it or to verify one."""
    if program.call_name(module, call) == "hashlib.pbkdf2_hmac":
        rounds = program.constant(module, argument(call, 3, "iterations"))
        if isinstance(rounds, int) and rounds < _FAST:
            return False
    return _computes(program, module, call.func, _HASH | _VERIFY, _HASH_METHODS | _VERIFY_METHODS)


def is_verification(program: Program, module: Module, call: ast.Call) -> bool:
    """Say whether a call verifies a password, also in a thread or through the program's own."""
    work = _work(program, module, call)
    if _computes(program, module, work, _VERIFY, _VERIFY_METHODS):
        return True
    functions = program.fact(_verifying)
    if not functions or not _may_be(work, program.fact(_verifying_names)):
        return False
    return _callee(program, module, work, call) in functions


def _work(program: Program, module: Module, call: ast.Call) -> ast.expr:
    """Return what a call runs: the function that it hands to a thread, or the one it calls."""
    work = None
    if isinstance(call.func, ast.Attribute) and call.func.attr == "run_in_executor":
        work = argument(call, 1, "func")
    elif program.name_of(module, call.func) in _THREADS:
        work = argument(call, 0, "func")
    return work if work is not None else call.func


def _callee(program: Program, module: Module, func: ast.expr, call: ast.Call) -> At | None:
    return callee(program, module, call if func is call.func else ast.Call(func, [], []))


def _may_be(func: ast.expr, names: set[str]) -> bool:
    return not isinstance(func, ast.Attribute) or func.attr in names


def _verifying(program: Program) -> set[At]:
    """Return the functions that verify a password, themselves or through others; for `fact`."""
    found: set[At] = set()
    works = [
        (function, call, _work(program, function.module, call))
        for function in program.functions
        if not is_generator(function.node)
        for call in calls_in(function.node)
    ]
    for function, _, work in works:
        if _computes(program, function.module, work, _VERIFY, _VERIFY_METHODS):
            found.add(function)
    for _ in range(_DEPTH if found else 0):
        names = _names(found)
        more = {
            function
            for function, call, work in works
            if function not in found
            and _may_be(work, names)
            and _callee(program, function.module, work, call) in found
        }
        if not more:
            break
        found |= more
    return found


def _verifying_names(program: Program) -> set[str]:
    return _names(program.fact(_verifying))


def _names(functions: set[At]) -> set[str]:
    return {f.node.name for f in functions if isinstance(f.node, FUNCTIONS)}


def computes_hash(program: Program, module: Module, call: ast.Call) -> ast.Call | None:
    """Return the call that computes a hash: this one, or one in plain functions it leads to."""
    if is_hash(program, module, call):
        return call
    target = callee(program, module, call)
    if target is None or not isinstance(target.node, ast.FunctionDef):
        return None
    if is_generator(target.node):
        return None
    return find_call(program, target, lambda at, inner: is_hash(program, at, inner))


def _computes(
    program: Program, module: Module, func: ast.expr, names: set[str], methods: set[str]
) -> bool:
    if isinstance(func, ast.Attribute) and func.attr not in _NAMES:
        return False
    name = program.name_of(module, func)
    if name in names:
        return True
    owner, _, method = name.rpartition(".")
    if owner.startswith("passlib.hash.") and method in methods:
        return True
    return (
        isinstance(func, ast.Attribute) and func.attr in methods
        and type_of(program, module, func.value) in _HASHERS
    )  # fmt: skip


def passlib_on_bcrypt(program: Program) -> list[At]:
    """Return the calls that make passlib hash with bcrypt 5, which it cannot; for `fact`."""
    if is_bcrypt_old(program):
        return []
    found = []
    for module in program.code:
        for call in program.calls(module, CONTEXT):
            is_bcrypt = _default_scheme(program, module, call) in _BCRYPT
            found += [At(module, call)] if is_bcrypt else []
        for kind in _BCRYPT:
            names = (f"passlib.hash.{kind}.{m}" for m in ("hash", "encrypt", "using"))
            found += [At(module, call) for call in program.calls(module, *names)]
    return found


def is_bcrypt_old(program: Program) -> bool:
    """Say whether the program declares or locks a bcrypt below 5."""
    versions = [r.versions.replace(" ", "") for r in declared(program, "bcrypt")]
    old = ("==4", "==3", "~=4", "~=3", "^4", "^3", "~4", "~3", "4.", "3.")
    if any("<5" in v or "<=4" in v or "<4" in v or v.startswith(old) for v in versions):
        return True
    return any(version.startswith(("3.", "4.")) for version in locked(program, "bcrypt"))


def _default_scheme(program: Program, module: Module, call: ast.Call) -> str:
    if has_unpacking(call):
        return ""
    if (default := keyword(call, "default")) is not None:
        named = program.constant(module, default)
        return named if isinstance(named, str) else ""
    schemes = program.constant(module, argument(call, 0, "schemes"))
    if isinstance(schemes, str):
        schemes = [part.strip() for part in schemes.split(",")]
    first = schemes[0] if isinstance(schemes, (list, tuple)) and schemes else ""
    return first if isinstance(first, str) else ""
