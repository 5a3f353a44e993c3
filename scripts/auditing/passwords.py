"""Password hashes: which calls compute one, and which of them verify."""

import ast

from auditing.calls import find_call, is_generator
from auditing.manifests import declared, locked
from auditing.modules import FUNCTIONS, Module
from auditing.program import At, Program, argument, calls_in, has_unpacking, keyword
from auditing.types import callee, type_of

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
    return _verifies(program, module, call, 0)


def _verifies(program: Program, module: Module, call: ast.Call, depth: int) -> bool:
    if depth > _DEPTH:
        return False
    work: ast.expr | None = call.func
    target = callee(program, module, call)
    if program.name_of(module, call.func) in _THREADS:
        work = argument(call, 0, "func")
    elif isinstance(call.func, ast.Attribute) and call.func.attr == "run_in_executor":
        work = argument(call, 1, "func")
    if work is not call.func and work is not None:
        target = callee(program, module, ast.copy_location(ast.Call(work, [], []), call))
    if work is not None and _computes(program, module, work, _VERIFY, _VERIFY_METHODS):
        return True
    return (
        target is not None and isinstance(target.node, FUNCTIONS)
        and not is_generator(target.node)
        and any(_verifies(program, target.module, c, depth + 1) for c in calls_in(target.node))
    )  # fmt: skip


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
