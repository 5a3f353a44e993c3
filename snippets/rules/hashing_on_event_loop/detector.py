"""Password hashes that coroutines compute."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.blocking_calls import coroutines
from fastapi_pro.auditing.libraries.legacy_call_graph import is_awaited
from fastapi_pro.auditing.libraries.passwords import computes_hash
from fastapi_pro.auditing.model.legacy import Program, calls_in, spelled


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls, in coroutine functions that serve requests, which hash in the end."""
    for function in program.fact(coroutines):
        assert isinstance(function.node, ast.AsyncFunctionDef)
        for call in calls_in(function.node):
            if is_awaited(function.module, call):
                continue
            end = computes_hash(program, function.module, call)
            if end is None:
                continue
            written = spelled(call.func)
            through = f" through `{written}`" if end is not call else ""
            yield Hit(
                function.module, call,
                f"`async def {function.node.name}` computes a password hash on the event loop, "
                f"`{spelled(end.func)}`{through}: no other request is served meanwhile",
            )  # fmt: skip
