"""Requests without a short timeout in the forty threads that all plain `def` share."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import find_call
from fastapi_pro.auditing.libraries.legacy_fastapi import dependencies, routes
from fastapi_pro.auditing.model.legacy import (
    At,
    Module,
    Program,
    argument,
    callee,
    calls_in,
    has_unpacking,
    spelled,
    type_of,
)

_VERBS = {"delete", "get", "head", "options", "patch", "post", "put", "request"}
_REQUESTS = {f"requests.{verb}" for verb in _VERBS}
_HTTPX = {f"httpx.{verb}" for verb in _VERBS | {"stream"}}
_URLOPEN = "urllib.request.urlopen"
_SESSIONS = {"requests.Session", "requests.sessions.Session"}
_QUICK = 5  # seconds: httpx's default
_ENDLESS = float("inf")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each slow request once, at the first endpoint or dependency that makes it."""
    found: dict[ast.Call, tuple[At, ast.Call, Module, set[str]]] = {}
    for function in _in_threads(program):
        assert isinstance(function.node, ast.FunctionDef)
        for call in calls_in(function.node):
            at, end = _slow(program, function.module, call)
            if end is None:
                continue
            held = found.setdefault(end, (function, call, at, set()))
            if held[0] != function:
                held[3].add(function.node.name)
    for end, (function, call, at, others) in found.items():
        assert isinstance(function.node, ast.FunctionDef)
        seconds = timeout(program, at, end)
        wait = "without a timeout" if seconds == _ENDLESS else f"up to {seconds:g} s"
        also = f", as in {len(others)} others" if others else ""
        yield Hit(
            function.module, call,
            f"`{function.node.name}` waits {wait} for `{spelled(end.func)}` in one of the 40 "
            f"threads of all `def` endpoints{also}: 40 slow answers stop them all",
        )  # fmt: skip


def _in_threads(program: Program) -> list[At]:
    """Return the plain functions that FastAPI runs in its threads, each once."""
    targets = [route.function for route in program.fact(routes)]
    targets += [d.target for d in program.fact(dependencies) if d.target is not None]
    plain = {t for t in targets if isinstance(t.node, ast.FunctionDef)}
    return sorted(plain, key=lambda t: (t.module.name, getattr(t.node, "lineno", 0)))


def _slow(program: Program, module: Module, call: ast.Call) -> tuple[Module, ast.Call | None]:
    """Return the slow request that a call makes or leads to, and where it stands."""
    places: dict[ast.Call, Module] = {}

    def is_slow(at: Module, inner: ast.Call) -> bool:
        places[inner] = at
        return (timeout(program, at, inner) or 0) > _QUICK

    if is_slow(module, call):
        return module, call
    target = callee(program, module, call)
    if target is None or not isinstance(target.node, ast.FunctionDef):
        return module, None
    end = find_call(program, target, is_slow)
    return (places[end], end) if end is not None else (module, None)


def timeout(program: Program, module: Module, call: ast.Call) -> float | None:
    """Return how long a request may take, in seconds; None where it is none, or nobody knows."""
    if has_unpacking(call):
        return None
    func = call.func
    name = program.name_of(module, func)
    if name in _REQUESTS:
        return _seconds(program, module, argument(call, 99, "timeout"), _ENDLESS)
    if name == _URLOPEN:
        return _seconds(program, module, argument(call, 2, "timeout"), _ENDLESS)
    if name in _HTTPX:
        return _seconds(program, module, argument(call, 99, "timeout"), _QUICK)
    if not isinstance(func, ast.Attribute) or func.attr not in _VERBS | {"stream"}:
        return None
    kind = type_of(program, module, func.value)
    if kind in _SESSIONS:
        return _seconds(program, module, argument(call, 99, "timeout"), _ENDLESS)
    if kind == "httpx.Client":
        return _seconds(
            program, module, argument(call, 99, "timeout"), _of_client(program, module, func.value)
        )
    return None


def _of_client(program: Program, module: Module, client: ast.expr) -> float | None:
    at = program.value(module, client)
    if at is None or not isinstance(at.node, ast.Call) or has_unpacking(at.node):
        return None
    if program.call_name(at.module, at.node) != "httpx.Client":
        return None
    return _seconds(program, at.module, argument(at.node, 99, "timeout"), _QUICK)


def _seconds(
    program: Program, module: Module, expr: ast.expr | None, default: float | None
) -> float | None:
    """Return the seconds of a timeout as requests and httpx read it; None where unknown."""
    if expr is None:
        return default
    at = program.value(module, expr)
    if at is None:
        return None
    node = at.node
    if isinstance(node, ast.Call) and program.call_name(at.module, node) == "httpx.Timeout":
        given = argument(node, 0, "timeout") or argument(node, 99, "read")
        return _seconds(program, at.module, given, None)
    if isinstance(node, ast.Constant) and node.value is None:
        return _ENDLESS
    value = program.constant(at.module, node)
    parts = value if isinstance(value, tuple) else (value,)
    numbers = [part for part in parts if isinstance(part, (int, float))]
    return max(numbers) if parts and len(numbers) == len(parts) else None
