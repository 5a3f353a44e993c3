"""Calls that keep their thread waiting, and the coroutines that run while requests are served."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.legacy_call_graph import (
    called,
    find_call,
    is_awaited,
    is_generator,
    request_functions,
)
from fastapi_pro.auditing.libraries.legacy_fastapi import lifespans
from fastapi_pro.auditing.libraries.slow_calls import slow_call
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    argument,
    callee,
    calls_in,
    type_of,
)
from fastapi_pro.auditing.model.library_types import CONNECTION, ENGINE, SCOPED, SESSION

_FUNCTIONS = {
    "subprocess.run", "subprocess.call", "subprocess.check_call", "subprocess.check_output",
    "subprocess.getoutput", "os.system", "urllib.request.urlopen", "urllib.request.urlretrieve",
    "urllib3.request", "psycopg2.connect", "psycopg.connect", "psycopg.Connection.connect",
    "pymysql.connect", "MySQLdb.connect", "mysql.connector.connect", "sqlite3.connect",
    "smtplib.SMTP", "smtplib.SMTP_SSL", "socket.create_connection", "socket.gethostbyname",
    "socket.getaddrinfo",
}  # fmt: skip
_SESSION = {
    "commit", "connection", "exec", "execute", "flush", "get", "get_one", "merge", "query",
    "refresh", "rollback", "scalar", "scalars",
}  # fmt: skip
_VERBS = {"delete", "get", "head", "options", "patch", "post", "put", "request", "send", "stream"}
_METHODS = {
    SESSION: _SESSION,
    SCOPED: _SESSION,
    ENGINE: {"begin", "connect", "execute"},
    CONNECTION: {"commit", "execute", "rollback", "scalar", "scalars"},
    "httpx.Client": _VERBS,
    "requests.Session": _VERBS,
    "requests.sessions.Session": _VERBS,
    "urllib3.PoolManager": {"request", "urlopen"},
    "paramiko.SSHClient": {"connect", "exec_command", "open_sftp"},
    "psycopg2.connection": {"commit", "rollback"},
    "psycopg2.extensions.connection": {"commit", "rollback"},
    "psycopg.Connection": {"commit", "execute", "rollback"},
    "sqlite3.Connection": {"commit", "execute", "executemany", "executescript", "rollback"},
    "smtplib.SMTP": {"ehlo", "login", "sendmail", "send_message", "starttls"},
    "smtplib.SMTP_SSL": {"ehlo", "login", "sendmail", "send_message"},
}
_REDIS = {"redis.Redis", "redis.StrictRedis", "redis.client.Redis", "redis.RedisCluster"}
_REDIS_LOCAL = {"close", "lock", "pipeline", "pubsub", "register_script"}
_AWS = {"boto3.client", "boto3.resource"}
_AWS_LOCAL = {
    "can_paginate", "generate_presigned_post", "generate_presigned_url", "get_paginator",
    "get_waiter", "close", "Bucket", "Object", "Table", "Queue", "Topic",
}  # fmt: skip
_SHORT = 0.05  # seconds of sleep that nobody notices
_NAMES = {name.rpartition(".")[2] for name in _FUNCTIONS} | {
    name for methods in _METHODS.values() for name in methods
}


def blocks(program: Program, module: Module, call: ast.Call) -> bool:
    """Say whether a call keeps its thread waiting for something outside the process."""
    if is_awaited(module, call):
        return False
    func = call.func
    name = program.name_of(module, func)
    if name == "time.sleep":
        seconds = program.constant(module, argument(call, 0, "secs"))
        return not (isinstance(seconds, (int, float)) and seconds <= _SHORT)
    asked = program.call_name(module, call.args[0]) if call.args else ""
    if name == "socket.gethostbyname" and asked == "socket.gethostname":  # in /etc/hosts
        return False
    if name in _FUNCTIONS or slow_call(program, module, call):
        return True
    if not isinstance(func, ast.Attribute) or name:
        return False
    if func.attr not in _NAMES and not _may_be_client(func):
        return False
    kind = type_of(program, module, func.value)
    if not isinstance(kind, str):
        return isinstance(kind, At) and any(
            func.attr in _METHODS.get(base, ()) for base in program.bases(kind)
        ) and program.method(kind, func.attr) is None  # fmt: skip
    if kind in _REDIS:
        return func.attr not in _REDIS_LOCAL
    if kind in _AWS:
        return func.attr not in _AWS_LOCAL
    return func.attr in _METHODS.get(kind, ())


def _may_be_client(func: ast.Attribute) -> bool:
    """Say whether the owner may be a client of Redis or AWS, whose methods are too many to list."""
    return func.attr.islower() and isinstance(func.value, (ast.Name, ast.Attribute, ast.Call))


def serving(program: Program) -> set[At]:
    """Return the functions that run while a request waits; for `program.fact`.

    Beside `request_functions`, coroutines that these await as a method of an object whose class is
    not known, where only one function of the program has that name.
    """
    found = program.fact(request_functions) - program.fact(lifespans)
    by_name: dict[str, list[At]] = {}
    for function in program.functions:
        assert isinstance(function.node, FUNCTIONS)
        by_name.setdefault(function.node.name, []).append(function)
    queue = list(found)
    found = set(found)
    while queue:
        function = queue.pop()
        targets = [target for _, target in called(program, function)]
        for call in calls_in(function.node):
            if isinstance(call.func, ast.Attribute) and is_awaited(function.module, call):
                named = by_name.get(call.func.attr, [])
                is_known = callee(program, function.module, call) is not None
                if len(named) == 1 and not is_known and _is_method(named[0]):
                    targets += named
        for target in targets:
            if target not in found and isinstance(target.node, FUNCTIONS):
                found.add(target)
                queue.append(target)
    return {function for function in found if not function.module.is_test}


def _is_method(function: At) -> bool:
    return isinstance(function.node, ast.AsyncFunctionDef) and isinstance(
        function.module.parent(function.node), ast.ClassDef
    )


def coroutines(program: Program) -> list[At]:
    """Return the coroutine functions that run while a request waits, by file and line."""
    found = [f for f in program.fact(serving) if isinstance(f.node, ast.AsyncFunctionDef)]
    return sorted(found, key=lambda f: (f.module.name, getattr(f.node, "lineno", 0)))


def stalls(program: Program, function: At) -> Iterator[tuple[ast.Call, ast.Call]]:
    """Yield calls of a coroutine function that block, each with the call that waits in the end.

    Plain functions of the program are followed; coroutines and generators are not.
    """
    for call in calls_in(function.node):
        if blocks(program, function.module, call):
            yield call, call
            continue
        target = callee(program, function.module, call)
        if target is None or not isinstance(target.node, ast.FunctionDef):
            continue
        if is_awaited(function.module, call) or is_generator(target.node):
            continue
        end = find_call(program, target, lambda at, inner: blocks(program, at, inner))
        if end is not None:
            yield call, end
