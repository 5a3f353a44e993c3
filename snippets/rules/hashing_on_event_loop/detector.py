"""Password hashes that coroutines compute."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Program
from fastapi_pro.auditing.libraries.blocking_calls import coroutines
from fastapi_pro.auditing.libraries.passwords import computed_hash


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls, in coroutine functions that serve requests, which hash in the end."""
    for function in coroutines(program):
        for call in function.calls:
            end = call.at(None) if call.is_awaited else computed_hash(call)
            if end:
                through = f" through `{call.func.text}`" if end != call else ""
                yield call.hit(
                    f"`async def {function.name}` computes a password hash on the event loop, "
                    f"`{end.func.text}`{through}: no other request is served meanwhile"
                )
