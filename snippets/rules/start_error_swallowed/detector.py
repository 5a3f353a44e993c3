"""An error of what the service needs at its start, which is only logged."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import lifespans
from fastapi_pro.auditing.model.call_graph import reached

_ALL = {"builtins.Exception", "builtins.BaseException", "sqlalchemy.exc.SQLAlchemyError"}
_NEEDED = {"alembic.command.upgrade": "the migration", "asyncpg.create_pool": "the pool"}
_LEAVES = {"sys.exit", "os._exit", "os.kill", "builtins.exit", "builtins.quit"}


def detect(program: Program) -> Iterator[Hit]:
    """Yield the handlers, in what runs at the start, that let the start go on."""
    starting = [f for f in lifespans(program) if not f.module.is_test]
    for function in sorted(reached(starting), key=lambda f: f.place):
        for attempt in function.own(ast.Try):
            if not isinstance(attempt.parent.ast, (ast.For, ast.While, ast.AsyncFor)) and (
                needed := _needed(attempt)
            ):
                for handler in _handlers(attempt):
                    if _catches_all(handler) and _goes_on(handler):
                        yield handler.hit(
                            f"if {needed} fails, `{function.name}` only logs it and the service"
                            " starts anyway: requests fail, and the deployment goes on",
                        )


def _needed(attempt: Node) -> str:
    """Return what the body of a `try` does that the service needs, in words, or ""."""
    calls = [c for c in attempt.function.calls if any(s.holds(c) for s in attempt.body)]
    inside = [c for f in reached([c.callee for c in calls]) for c in f.calls]
    for call in (*calls, *inside):
        if call.last_name in ("upgrade", "create_pool") and call.called in _NEEDED:
            return _NEEDED[call.called]
        made = [call.func, *call.args[:1]]  # create_all(engine), run_sync(create_all)
        if any(n.member == "create_all" and n.owner.member == "metadata" for n in made):
            return "making the tables"
    return ""


def _handlers(attempt: Node) -> list[Node]:
    return [attempt.at(handler) for handler in attempt.ast.handlers]  # type: ignore[attr-defined]


def _catches_all(handler: Node) -> bool:
    kind = handler.at(handler.ast.type)  # type: ignore[attr-defined]
    return not kind or any(k.library_name in _ALL for k in (kind, *kind.elements))


def _goes_on(handler: Node) -> bool:
    """Say whether a handler does nothing but log, print or pass."""
    for statement in handler.body:
        if not isinstance(statement.ast, (ast.Expr, ast.Pass)):
            return False
        for call in statement.walk(ast.Call):
            if call.called in _LEAVES or call.callee:
                return False
    return True
