"""What was moved to SQLAlchemy 2 halfway: it fails each time it runs."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.failing_calls import LEGACY, PLAIN, failing_calls, takes_string

_ONE = {"first", "get", "one", "one_or_none", "scalar"}
_ROWS = "`session.add_all(...)`, or `await session.execute(insert(Model), rows)`"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the calls of what an AsyncSession or a `select()` does not have, or that give None."""
    for call in failing_calls(program):
        if not call.module.is_tool:
            yield call.hit(
                _message(call), fix=_fix(call), cause=f"{call.member} {call.module.name}"
            )


def _message(call: Node) -> str:
    name, told = call.member, "each run of this line fails"
    if name in LEGACY:
        return f"`{call.owner.text}` is an AsyncSession, which has no `{name}`: {told}"
    if name in PLAIN:
        return f"`{call.func.text}` is no coroutine, and None cannot be awaited: {told}"
    if takes_string(call):
        return f"`{call.func.text}` gets a plain string, which SQLAlchemy 2 refuses: {told}"
    return f"a `select()` has no `{name}`, as no session has sent it yet: {told}"


def _fix(call: Node) -> str:
    """Return what to write instead, as far as it is another thing than the rule says."""
    if call.member in PLAIN:
        return f"`{call.func.text}(...)` without `await`"
    if takes_string(call):
        return f"`{call.func.text}(text(...))`, with `text` from sqlalchemy"
    return _ROWS if call.member.startswith("bulk_") else ""
