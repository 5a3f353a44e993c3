"""Tables that each worker creates when it starts."""

import ast
import itertools
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.environments import (
    is_for_developers,
    is_refused_in_production,
)
from fastapi_pro.auditing.libraries.fastapi import apps, lifespans
from fastapi_pro.auditing.libraries.migrations import migrates_before_start
from fastapi_pro.auditing.libraries.sqlalchemy_engines import (
    MAKERS,
    Engine,
    database,
    names_sqlite,
)
from fastapi_pro.auditing.libraries.sqlalchemy_models import models
from fastapi_pro.auditing.libraries.starts import starts
from fastapi_pro.auditing.libraries.worker_counts import runs_several
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.exceptions import caught_by
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.module_imports import run_before
from fastapi_pro.auditing.model.source_text import mentions

_SQLITE = re.compile(r"sqlite|memory", re.IGNORECASE)
_ONE_OF_MANY = re.compile(
    r"chief|leader|primary|main_?process|first_?worker|(^|\W|_)(role|rank)(\W|_|$)", re.IGNORECASE
)
"""What tests ask that one process of several passes."""
_ALL = {"Exception", "BaseException", "SQLAlchemyError", "DBAPIError", "DatabaseError"}
_EXITS = {"sys.exit", "os._exit", "builtins.exit", "builtins.quit"}
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_RETRIES = {"tenacity.retry", "backoff.on_exception", "stamina.retry"}
_OTHERS = re.compile(r"\bnot\b|!=")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each `create_all` that runs at the start of a worker, with no lock around it."""
    name = database(program)
    if not apps(program) or names_sqlite(program) or name == "SQLite":
        return
    if migrates_before_start(program):
        return
    starting = reached(lifespans(program))
    locked = any(mentions(call, "advisory") for function in starting for call in function.calls)
    for node in program.attributes("create_all"):
        if node.owner.is_call or "metadata" not in node.owner.last_name.lower():
            continue
        if _is_of_sqlite(node.parent) or _is_for_some(node, starting):
            continue
        is_at_start = node.function in starting and not locked
        is_at_import = not node.function and not _is_guarded(node) and _is_loaded(node.module)
        if is_at_import and _is_without_models(node):
            yield node.hit(
                "this runs before the first model is imported: it creates no table",
                fix="Import the models above it; better run migrations before the servers",
            )
        elif (is_at_start or is_at_import) and not _is_survived(node, starting):
            yield node.hit(
                f"every worker runs this when it starts: on an empty {name} they race, and"
                " all but one fail",
                severity="low" if starts(program) and not runs_several(program) else "",
                fix="" if name == "PostgreSQL" else "Run migrations as a step before the servers",
            )


def _is_without_models(node: Node) -> bool:
    """Say whether no model is defined yet when a module-level statement runs."""
    program = node.program
    known = [model.cls for model in models(program).values()]
    roots = dict.fromkeys(app.module for app in apps(program))
    found = (run_before(node.line, node.module, root) for root in roots)
    before = next((modules for modules in found if modules is not None), None)
    if not known or before is None:
        return False
    return not any(cls.line < before.get(cls.module, 0) for cls in known)


def _is_survived(node: Node, starting: set[Node], depth: int = 0) -> bool:
    """Say whether a worker that loses the race tries again, or goes on: the tables are there."""
    for above in node.ancestors:
        is_tried = isinstance(above.ast, ast.Try) and any(s.holds(node) for s in above.body)
        handlers = getattr(above.ast, "handlers", ()) if is_tried else ()
        if any(_passes(above.at(handler)) for handler in handlers):
            return True
        if above.is_function:
            break
    function = node.function
    if any(map(_retries, function.decorators)):
        return True
    callers = [call for call in function.callers if call.function in starting]
    if depth > limits.CALLS or not callers:
        return False
    return all(_is_survived(call, starting, depth + 1) for call in callers)


def _passes(handler: Node) -> bool:
    """Say whether a handler catches the errors of the race, and does not always pass them on."""
    if not _catches(caught_by(handler)):
        return False
    around = itertools.takewhile(lambda above: not above.is_function, handler.ancestors)
    if any(isinstance(above.ast, _LOOPS) for above in around):
        return not isinstance(handler.body[-1].ast, (ast.Raise, ast.Break))
    is_ended = any(call.called in _EXITS for call in handler.walk(ast.Call))
    return not is_ended and not any(handler.walk(ast.Raise))


def _retries(decorator: Node) -> bool:
    """Say whether a decorator calls its function again after an error of the race."""
    if decorator.func.library_name not in _RETRIES:
        return False
    given = [decorator.keyword(name) for name in ("retry", "on", "exception")]
    given += decorator.args[1:2]
    named = [part for one in given for part in one.walk(ast.Name, ast.Attribute)]
    return _catches([part for part in named if part.library_name.endswith(("Error", "Exception"))])


def _catches(kinds: list[Node]) -> bool:
    """Say whether exceptions, none for all, are those of a table that is already there."""
    names = {kind.library_name.rpartition(".")[2] for kind in kinds}
    return not names or bool(names & _ALL) or names >= {"IntegrityError", "ProgrammingError"}


def _is_loaded(module: Module) -> bool:
    """Say whether a module may be one of the service: it makes the application, or is imported.

    A script that nobody imports is run by hand.
    """
    program = module.program
    if module.is_package or any(app.module is module for app in apps(program)):
        return True
    imported = re.compile(
        rb"^[ \t]*(from|import)\b[^\n]*\b%s\b" % module.path.stem.encode(), re.MULTILINE
    )
    others = (other for other in program.code if other is not module)
    return any(imported.search(other.source) for other in others)


def _is_of_sqlite(call: Node) -> bool:
    """Say whether `create_all(engine)` is given an engine of SQLite."""
    made = call.argument(0, "bind").value
    return made.called in MAKERS and Engine(made).is_sqlite


def _is_for_some(node: Node, starting: set[Node], depth: int = 0) -> bool:
    """Say whether this stands under a test for SQLite, or for the one process that makes tables.

    Or it runs for developers only, or all that call it at the start do.
    """
    below = node
    for above in node.ancestors:
        match above.ast:
            case ast.If(test=test, body=body) if below.ast in body:
                text = above.at(test).text
                if _ONE_OF_MANY.search(text):
                    return True
                if _SQLITE.search(text) and not _OTHERS.search(text):
                    return True
                if isinstance(test, ast.Name) and _is_off(node, test.id):
                    return True
        below = above
    if is_refused_in_production(node) or is_for_developers(node):
        return True
    if depth > limits.CALLS:
        return False
    callers = [call for call in node.function.callers if call.function in starting]
    return bool(callers) and all(_is_for_some(call, starting, depth + 1) for call in callers)


def _is_off(node: Node, name: str) -> bool:
    """Say whether a parameter is False by default, and the program passes nothing else."""
    parameter = next((p for p in node.function.parameters if p.name == name), None)
    if parameter is None or parameter.default.constant is not False:
        return False
    calls = (call for module in node.program.code for call in module.nodes(ast.Call))
    given = [key.value for call in calls for key in call.keywords if key.arg == name]
    return all(isinstance(value, ast.Constant) and value.value is False for value in given)


def _is_guarded(node: Node) -> bool:
    """Say whether a top-level statement stands under an `if`, such as `__name__ == "__main__"`."""
    return any(
        isinstance(above.ast, (ast.If, ast.ClassDef, ast.Lambda)) for above in node.ancestors
    )
