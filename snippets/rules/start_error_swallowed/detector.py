"""An error of what the service needs at its start, which is only logged."""

import ast
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.asyncio_tasks import started
from fastapi_pro.auditing.libraries.fastapi import lifespans
from fastapi_pro.auditing.model.call_graph import called, reached

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
    for call in _run(attempt):
        if call.last_name in ("upgrade", "create_pool") and call.called in _NEEDED:
            return _NEEDED[call.called]
        made = [call.func, *call.args[:1]]  # create_all(engine), run_sync(create_all)
        if any(n.member == "create_all" and n.owner.member == "metadata" for n in made):
            return "making the tables"
    return ""


def _run(attempt: Node) -> list[Node]:
    """Return the calls of a `try` and of the functions that it runs, if their errors get to it."""
    calls = [c for c in attempt.function.calls if any(s.holds(c) for s in attempt.body)]
    found = [call for call in calls if not _is_kept_inside(call, attempt)]
    queue = [call.callee for call in found]
    seen: set[Node] = set()
    while queue:
        function = queue.pop()
        if function in seen or not function.is_function:
            continue
        seen.add(function)
        found += [call for call in function.calls if not _is_kept_inside(call, function)]
        queue += [f for call, f in called(function) if not _is_kept_inside(call, function)]
    return found


def _is_kept_inside(call: Node, outer: Node) -> bool:
    """Say whether the error of a call stays in its task, or is caught before it gets out."""
    if call.parent in list(started(call.program)):
        return True
    for block in call.ancestors:
        if block == outer or block.is_function:
            return False
        is_tried = isinstance(block.ast, ast.Try) and any(s.holds(call) for s in block.body)
        for handler in _handlers(block) if is_tried else ():
            if _catches_all(handler) and not any(handler.walk(ast.Raise)):
                return True
    return False


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
