"""Calls that wait for something slow that is not the database: HTTP, mail, a hash, a model."""

import ast

from fastapi_pro.auditing.libraries.sqlalchemy_sessions import dotted
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    argument,
    calls_in,
    type_of,
)

_VERBS = {"delete", "get", "head", "options", "patch", "post", "put", "request", "send", "stream"}
_ASYNC = {
    "httpx.AsyncClient": _VERBS,
    "aiohttp.ClientSession": _VERBS,
    "aiohttp.client.ClientSession": _VERBS,
    "aiosmtplib.SMTP": {"connect", "send_message", "sendmail"},
    "fastapi_mail.FastMail": {"send_message"},
}
_SYNC = {
    "httpx.Client": _VERBS,
    "requests.Session": _VERBS,
    "requests.sessions.Session": _VERBS,
    "smtplib.SMTP": {"send_message", "sendmail"},
    "smtplib.SMTP_SSL": {"send_message", "sendmail"},
    "boto3.client": {
        "copy_object", "download_file", "download_fileobj", "get_object", "invoke", "put_object",
        "send_email", "upload_file", "upload_fileobj",
    },
}  # fmt: skip
_ASYNC_MODELS = {
    "openai.AsyncOpenAI", "openai.AsyncAzureOpenAI", "anthropic.AsyncAnthropic",
    "groq.AsyncGroq", "mistralai.Mistral",
}  # fmt: skip
_SYNC_MODELS = {"openai.OpenAI", "openai.AzureOpenAI", "anthropic.Anthropic", "groq.Groq"}
_ASKS = {"create", "parse", "generate", "edit", "complete"}
_FUNCTIONS = {f"{library}.{verb}" for library in ("httpx", "requests") for verb in _VERBS} | {
    "urllib.request.urlopen",
}
_HASHES = {
    "bcrypt.hashpw", "bcrypt.checkpw", "argon2.PasswordHasher.hash", "argon2.PasswordHasher.verify",
}  # fmt: skip
_HASHERS = {
    "passlib.context.CryptContext", "pwdlib.PasswordHash", "argon2.PasswordHasher",
}  # fmt: skip
_THREADS = {
    "asyncio.to_thread": 0,
    "fastapi.concurrency.run_in_threadpool": 0,
    "anyio.to_thread.run_sync": 0,
    "starlette.concurrency.run_in_threadpool": 0,
}
_NAMES = (
    _VERBS | _ASKS | {n for methods in (*_ASYNC.values(), *_SYNC.values()) for n in methods}
    | {"sleep", "send", "urlopen", "to_thread", "run_in_threadpool", "run_sync", "run_in_executor"}
)  # fmt: skip
_LONG = 1  # second; a shorter pause is a retry's or a test's


def slow_await(program: Program, module: Module, call: ast.Call) -> str:
    """Return what a coroutine call waits long for, as it is written, or ""."""
    if not _may_be(call):
        return ""
    name = program.name_of(module, call.func)
    if name in ("asyncio.sleep", "anyio.sleep") and _is_long(program, module, call):
        return name
    if name == "aiosmtplib.send" or _is_method(program, module, call, _ASYNC, _ASYNC_MODELS):
        return dotted(call.func) or name
    work = None
    if name in _THREADS:
        work = argument(call, _THREADS[name], "func")
    elif isinstance(call.func, ast.Attribute) and call.func.attr == "run_in_executor":
        work = argument(call, 1, "func")
    return dotted(work) if work is not None and _is_slow_work(program, module, work) else ""


def slow_call(program: Program, module: Module, call: ast.Call) -> str:
    """Return what a plain call waits long for, as it is written, or ""."""
    if not _may_be(call):
        return ""
    name = program.name_of(module, call.func)
    if name == "time.sleep" and _is_long(program, module, call):
        return name
    if name in _FUNCTIONS or _is_method(program, module, call, _SYNC, _SYNC_MODELS):
        return dotted(call.func) or name
    return ""


def _may_be(call: ast.Call) -> bool:
    func = call.func
    return not isinstance(func, ast.Attribute) or func.attr in _NAMES


def _is_long(program: Program, module: Module, call: ast.Call) -> bool:
    seconds = program.constant(module, argument(call, 0, "delay"))
    return isinstance(seconds, (int, float)) and seconds > _LONG


def _is_method(
    program: Program, module: Module, call: ast.Call, clients: dict[str, set[str]],
    models: set[str],
) -> bool:  # fmt: skip
    func = call.func
    if not isinstance(func, ast.Attribute):
        return False
    kind = type_of(program, module, func.value)
    if isinstance(kind, str) and func.attr in clients.get(kind, ()):
        return True
    root: ast.expr = func.value
    while isinstance(root, ast.Attribute) and func.attr in _ASKS:
        if type_of(program, module, root) in models:
            return True
        root = root.value
    return (
        func.attr in _ASKS and root is not func.value and type_of(program, module, root) in models
    )


def _is_slow_work(program: Program, module: Module, work: ast.expr) -> bool:
    """Say whether what a thread is given is a hash or a blocking request."""
    name = program.name_of(module, work)
    if name in _FUNCTIONS | _HASHES:
        return True
    target = program.resolve(module, work)
    if isinstance(target, At) and isinstance(target.node, FUNCTIONS):
        return any(
            slow_call(program, target.module, call) or _is_hash(program, target.module, call.func)
            for call in calls_in(target.node)
        )
    return _is_hash(program, module, work)


def _is_hash(program: Program, module: Module, func: ast.expr) -> bool:
    if not isinstance(func, ast.Attribute):
        return False
    if func.attr not in ("hash", "verify", "verify_and_update", "hashpw", "checkpw"):
        return False
    return (
        program.name_of(module, func) in _HASHES or type_of(program, module, func.value) in _HASHERS
    )
