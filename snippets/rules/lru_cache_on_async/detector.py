"""Coroutines that a cache of functools keeps."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program

_CACHES = {"functools.lru_cache", "functools.cache", "functools.cached_property"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the functions whose coroutine is kept."""
    for function in program.functions:
        kept = [d for d in function.decorators if d.func.library_name in _CACHES]
        if kept and (function.is_coroutine or _returns_coroutine(function)):
            name = kept[0].func.last_name
            yield function.hit(
                f"`{name}` keeps the coroutine of `{function.name}`, not its result: the second"
                " call with the same arguments raises RuntimeError (already awaited)"
            )
    for call in program.calls_of("functools.lru_cache", "functools.cache"):
        made = call.parent if call.parent.is_call and call.parent.func == call else call
        wrapped = made.argument(0, "user_function").definition
        if wrapped.is_coroutine and not wrapped.is_generator:
            yield call.hit(
                f"`{call.func.last_name}` keeps the coroutine of `{wrapped.name}`, not its result:"
                " the second call with the same arguments raises RuntimeError (already awaited)"
            )


def _returns_coroutine(function: Node) -> bool:
    """Say whether a plain function hands on the coroutine of another."""
    return any(
        value.is_call and value.callee.is_coroutine and not value.callee.is_generator
        for value in function.returned
    )
