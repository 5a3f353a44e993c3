"""Synchronous calls in coroutines that serve requests."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.blocking_calls import coroutines, stalls
from fastapi_pro.auditing.model.legacy import At, Program, spelled


def detect(program: Program) -> Iterator[Hit]:
    """Yield the first blocking call of each coroutine function; a shared helper's once."""
    found: dict[ast.Call, tuple[At, ast.Call, list[str]]] = {}
    for function in program.fact(coroutines):
        assert isinstance(function.node, ast.AsyncFunctionDef)
        for call, end in stalls(program, function):
            if end in found:
                found[end][2].append(function.node.name)
            else:
                found[end] = (function, call, [])
                break
    for end, (function, call, others) in found.items():
        assert isinstance(function.node, ast.AsyncFunctionDef)
        name = function.node.name
        what = f"`{_written(end)}`"
        if call is not end:
            what += f", called through `{_written(call)}`,"
        count = len(set(others) - {name})
        also = f", and in {count} other coroutines" if count else ""
        yield Hit(
            function.module, call,
            f"`async def {name}` calls {what} which blocks{also}: no other request is served "
            "meanwhile",
        )  # fmt: skip


def _written(call: ast.Call) -> str:
    """Return what is called, cut where it is long."""
    text = spelled(call.func)
    return text if len(text) <= 40 and "\n" not in text else f"…{text[-38:]}"
