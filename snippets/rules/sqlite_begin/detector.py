"""Transactions of SQLite that begin as readers."""

from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program

_LISTENS = (
    "sqlalchemy.event.listens_for", "sqlalchemy.event.api.listens_for", "sqlalchemy.event.listen",
    "sqlalchemy.event.api.listen",
)  # fmt: skip
_WEAK = {"BEGIN", "BEGIN DEFERRED", "BEGIN TRANSACTION", "BEGIN DEFERRED TRANSACTION"}
_STRONG = ("BEGIN IMMEDIATE", "BEGIN EXCLUSIVE")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each "begin" hook that executes a plain BEGIN."""
    calls = [call for hook in _hooks(program) if "read" not in hook.name for call in hook.calls]
    begun = [(call, _sql(arg)) for call in calls for arg in call.args]
    # who begins both ways has another engine for readers
    if any(text.startswith(_STRONG) for _, text in begun):
        return
    for call, text in begun:
        if text in _WEAK:
            yield call.hit(
                "a transaction that begins with a read cannot write while another one writes: it"
                ' fails at once with "database is locked", whatever the timeout'
            )


def _hooks(program: Program) -> Iterator[Node]:
    """Yield the functions that listen to "begin": by a decorator, or as an argument."""
    for call in program.calls_of(*_LISTENS):
        if call.argument(1, "identifier").literal == "begin":
            is_decorator = call.parent.is_function
            yield call.parent if is_decorator else call.argument(2, "fn").definition


def _sql(expr: Node) -> str:
    text = (expr.args[0] if expr.called == "sqlalchemy.text" and expr.args else expr).constant
    return " ".join(text.upper().rstrip("; ").split()) if isinstance(text, str) else ""
