"""Password hashes that coroutines compute."""

import ast
from collections.abc import Iterator

from auditing.blocking import coroutines
from auditing.calls import is_awaited
from auditing.finding import Hit
from auditing.passwords import computes_hash
from auditing.program import Program
from auditing.syntax import calls_in
from auditing.written import spelled


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
