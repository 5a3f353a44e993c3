"""A SELECT that decides whether an INSERT may follow, and nobody who catches the error."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.checked_rows import Lookup, lookup, lookup_behind, present
from fastapi_pro.auditing.libraries.command_lines import is_for_commands, is_script
from fastapi_pro.auditing.libraries.error_answers import statuses
from fastapi_pro.auditing.libraries.exception_handlers import exception_handlers
from fastapi_pro.auditing.libraries.fastapi import (
    dependencies,
    endpoints,
    parameters,
)
from fastapi_pro.auditing.libraries.fastapi_requests import starting_functions
from fastapi_pro.auditing.libraries.http_errors import raised_status
from fastapi_pro.auditing.libraries.overlaps import overlapping
from fastapi_pro.auditing.libraries.rare_work import is_asked, is_rare
from fastapi_pro.auditing.libraries.repositories import (
    INSERTS,
    own_model,
    repository_model,
)
from fastapi_pro.auditing.libraries.row_locks import locks
from fastapi_pro.auditing.libraries.sqlalchemy_models import Model, model_named, model_of, models
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import is_session, uses
from fastapi_pro.auditing.libraries.stores import Found, inserted, locks_rows, looked_up
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.call_graph import called, reached
from fastapi_pro.auditing.model.exceptions import caught_by
from fastapi_pro.auditing.model.flow import reaches
from fastapi_pro.auditing.model.library_types import SESSION

_DATABASE_ERRORS = {
    f"sqlalchemy.{place}{name}"
    for place in ("exc.", "")
    for name in ("IntegrityError", "DBAPIError", "DatabaseError", "SQLAlchemyError")
} | {"builtins.BaseException"}
_ERRORS = _DATABASE_ERRORS | {"builtins.Exception"}
_LOCKS = {"with_for_update", "on_conflict_do_nothing", "on_conflict_do_update"}
_WRITES_OUT = {"commit", "flush"}
_LOCK = re.compile(r"(^|_)(advisory|lock)(_|$)", re.IGNORECASE)
_UNIQUE = re.compile("unique|duplicate|integrity", re.IGNORECASE)
_STORES = ("INSERT INTO", "insert into", "Insert Into", "insert_one", "tortoise")
_REQUEST = "request"
_INDEX = "A unique index; insert first, and answer its error with 409"
_OVERLAP = "Lock the row that is booked first, `with_for_update()`; or an exclusion constraint"
_STRICT = re.compile(r"^SERIALIZABLE$", re.IGNORECASE)
_STRICT_WORDS = ("ERIALIZABLE", "erializable")
_EXCLUDES = ("ExcludeConstraint", "exclude_constraint", "EXCLUDE USING")
_SYNC = "Unique constraint; `session.flush()` in `try`, `except IntegrityError` gives 409"


def detect(program: Program) -> Iterator[Hit]:
    """Yield the checks before an insert that may collide with another request's."""
    yield from _elsewhere(program)
    if models(program):
        yield from _of_models(program)
        yield from _of_times(program)


def _elsewhere(program: Program) -> Iterator[Hit]:
    """Yield the checks before an insert by SQL in a text, in MongoDB, or by Tortoise.

    Whether an index keeps the column unique is not in the code; one of two things goes wrong.
    """
    functions = program.functions if program.saying(*_STORES) else ()
    for function in functions:
        for check in function.own(ast.If) if not function.module.is_tool else ():
            found = _looked_up(check)
            insert = _inserted_after(check, found.table) if found else None
            if found is None or insert is None or _is_caught(function):
                continue
            if is_for_commands(function) or is_script(function):
                break
            columns = ", ".join(f"`{name}`" for name in sorted(found.columns))
            who, fails = _race(check)
            yield check.hit(
                f"another {who} may insert the same {columns} between this check and the insert"
                f" in line {insert.line}: without a unique index `{found.table}` has it twice, with"
                f" one `{function.name}` {fails}",
                severity="low" if is_rare(function) or who != _REQUEST else "",
                fix=_INDEX,
            )
            break


def _looked_up(check: Node) -> Found | None:
    """Return what `if <a row is there>: raise` asks a store for, by another column than the id."""
    match check.ast:
        case ast.If(test=test, body=[*_, ast.Raise() | ast.Return()]):
            asked = list(present(check.at(test)))
        case _:
            return None
    found = next(filter(None, map(looked_up, asked)), None)
    return found if found and found.columns - {"id", "_id"} else None


def _inserted_after(check: Node, table: str) -> Node | None:
    calls = check.function.calls
    if any(_LOCK.search(call.last_name) or locks_rows(call) for call in calls):
        return None
    return next((c for c in calls if reaches(check, c) and inserted(c) == table), None)


def _is_caught(function: Node) -> bool:
    """Say whether a function, or one around its calls, catches the error of a unique index."""
    handlers = [h for f in (function, *reached([function])) for h in f.own(ast.ExceptHandler)]
    handlers += [h for call in function.callers for h in call.function.own(ast.ExceptHandler)]
    return any(_handles(handler) or _UNIQUE.search(handler.text) for handler in handlers) or any(
        _UNIQUE.search(handler.key.last_name) for handler in exception_handlers(function.program)
    )


def _of_models(program: Program) -> Iterator[Hit]:
    """Yield the checks before an insert of a model of SQLAlchemy."""
    is_handled = _is_handled_by_app(program)
    for function in program.functions:
        for check in function.own(ast.If, ast.Try) if not function.module.is_tool else ():
            found = lookup_behind(check)
            insert = _insert_after(check, found) if found else None
            if found is None or insert is None:
                continue
            if not found.is_free and (is_handled or _is_handled(function)):
                continue
            if is_for_commands(function) or is_script(function):
                break
            if found.is_free:
                if found.fails or _gives(insert, found.columns):
                    yield _unconstrained(check, found, insert)
                break
            if any(_comes(c, insert) and _saves(saver) for c, saver in called(function)):
                continue
            is_change = any(_is_loaded(given.value) for given in insert.given)
            if is_change and not _assigns(function, found.columns):
                continue
            columns = ", ".join(f"`{name}`" for name in sorted(found.columns))
            what = "change" if is_change else "insert"
            who, fails = _race(check)
            is_low = is_rare(function) or who != _REQUEST
            yield check.hit(
                f"another {who} may insert the same {columns} between this check and the {what}"
                f" of `{found.model.name}` in line {insert.line}: `{function.name}` then {fails}"
                " (IntegrityError)",
                severity="low" if is_low else "medium" * _is_get_or_create(check, found),
                fix=_SYNC if _is_sync(function) else "",
            )
            break


def _race(check: Node) -> tuple[str, str]:
    """Return who else may insert the row, and what becomes of the one who comes second."""
    function, program = check.function, check.program
    if function in starting_functions(program):
        return "worker", "fails, and that worker does not start"
    is_called = any(True for _ in program.calls_named(function.name))
    if is_called or function.parent.is_class or is_asked(check):
        return _REQUEST, "answers 500"
    return "process", "fails"


def _of_times(program: Program) -> Iterator[Hit]:
    """Yield the checks for rows that overlap in time, before another such row is inserted."""
    if any(program.strings(_STRICT, *_STRICT_WORDS)) or program.saying(*_EXCLUDES):
        return
    for function in program.functions:
        for check in reversed(function.own(ast.If)) if not function.module.is_tool else ():
            insert, model = _overlap_after(check)
            if insert is None or model is None or _locks(function):
                continue
            if is_for_commands(function) or is_script(function):
                break
            yield check.hit(
                f"another request may insert a `{model.name}` for the same time between this check"
                f" and the insert in line {insert.line}: nothing locks, so both stay",
                severity="low" if is_rare(function) else "",
                fix=_OVERLAP,
            )
            break


def _overlap_after(check: Node) -> tuple[Node | None, Model | None]:
    """Return the insert that a check for overlapping rows decides about, and its model."""
    for model in overlapping(check.test):
        for call in check.function.calls:
            is_next = call.position > check.position and not check.test.holds(call)
            if is_next and _inserts(call, model) and (check.holds(call) or reaches(check, call)):
                return call, model
    return None, None


def _inserts(call: Node, model: Model) -> bool:
    """Say whether a call inserts a row of a model, also by `insert(Model)`."""
    if call.called == "sqlalchemy.insert" and call.args:
        return (model_named(call.args[0]) or own_model(call.args[0])) is model
    return _adds(call, model)


def _locks(function: Node, depth: int = 0) -> bool:
    """Say whether a function, one that it calls or one that calls it locks something."""
    callers = function.callers if depth < limits.CALLS else ()
    return locks(function) or any(
        _locks(call.function, depth + 1) for call in callers if call.function
    )


def _is_get_or_create(check: Node, found: Lookup) -> bool:
    """Say whether a row that is there is as good as a new one: who tries again gets it."""
    last = check.body[-1]
    if found.is_missing or not isinstance(last.ast, ast.Return):
        return found.is_missing
    names = {name.name for name in check.test.walk(ast.Name)}
    return any(name.name in names for name in last.walk(ast.Name))


def _unconstrained(check: Node, found: Lookup, insert: Node) -> Hit:
    """Return the hit of a check of columns that no constraint keeps unique."""
    columns = ", ".join(f"`{name}`" for name in sorted(found.columns))
    then = "and the row is there twice"
    if found.fails:
        then = f"then `{found.fails}` raises MultipleResultsFound for each later one"
    return check.hit(
        f"no constraint keeps {columns} of `{found.model.name}` unique: two requests at once pass"
        f" this check and both insert in line {insert.line}{';' if found.fails else ','} {then}",
        severity="low" if is_rare(check.function) else "medium",
        fix=f"Unique constraint on {columns}; `flush` in `try`, `except IntegrityError` gives 409",
    )


def _is_sync(function: Node) -> bool:
    """Say whether the session of a function is not awaited, in a coroutine too."""
    handed = [given for call in function.calls for given in call.given]
    sessions = [*handed, *(use.owner for use in uses(function))]
    return not function.is_coroutine or any(session.is_a(SESSION) for session in sessions)


def _is_loaded(row: Node) -> bool:
    """Say whether a row that is added to a session came out of a query, and is only changed."""
    call = row.awaited
    return call.member in ("get", "get_one") or lookup(call) is not None


def _assigns(function: Node, columns: set[str]) -> bool:
    """Say whether a function sets one of these columns of a row."""
    written = (a for a in function.own(ast.Attribute) if a.member in columns)
    return any(attribute.is_target for attribute in written)


def _insert_after(check: Node, found: Lookup) -> Node | None:
    """Return the call after a check that adds an object of a model, itself or by a function."""
    names = check.function.own(ast.Name, ast.Attribute)
    if any(name.last_name in _LOCKS or _LOCK.search(name.last_name) for name in names):
        return None  # it locks, or lets the database decide
    calls = check.function.calls
    if found.is_missing:
        calls = [c for c in calls if any(statement.holds(c) for statement in check.body)]
    else:
        calls = [c for c in calls if _follows(c, check)]
    is_by_key = found.columns <= found.model.key_columns
    return next(
        (
            call
            for call in calls
            if _adds(call, found.model) and (not is_by_key or _gives(call, found.columns))
        ),
        None,
    )


def _gives(insert: Node, columns: set[str]) -> bool:
    """Say whether the row that is inserted gets these columns from the code, not the database."""
    rows = [*(given.value for given in insert.given), insert]
    return any(
        row.has_unpacking or all(_is_known_before(row.keyword(column)) for column in columns)
        for row in rows
    )


def _is_known_before(key: Node) -> bool:
    """Say whether a key is there already, and is not made for this row: `id=uuid4()`."""
    return bool(key) and not any(key.walk(ast.Call))


def _follows(call: Node, check: Node) -> bool:
    """Say whether a call runs after a check; after a `try` also where that found nothing."""
    if isinstance(check.ast, ast.If):
        return reaches(check, call)
    is_in_body = any(statement.holds(call) for statement in check.body)
    return call.position > check.position and not is_in_body


def _adds(call: Node, model: Model, depth: int = 0) -> bool:
    """Say whether a call adds a new object of a model to a session, itself or by a function."""
    if call.member in ("add", "add_all") and call.args and is_session(call.owner):
        items = call.args[0].elements or call.args[:1]
        return any(_is_new(item.value) and model_of(item) is model for item in items)
    if call.member in INSERTS and call.given and repository_model(call.owner) is model:
        return True
    function = call.callee
    if _adds_given(function) and any(v.value.func.definition == model.cls for v in call.given):
        return not any(map(_handles, function.own(ast.ExceptHandler)))
    if depth >= limits.CALLS or any(map(_handles, function.own(ast.ExceptHandler))):
        return False
    if any(_saves(inner.callee) for inner in function.calls):
        return False
    return any(_adds(inner, model, depth + 1) for inner in function.calls)


def _saves(function: Node, depth: int = 0) -> bool:
    """Say whether a function commits or flushes, and catches the error of that.

    Or lets a `with` do so: then it is a generator.
    """
    if any(map(_handles, function.own(ast.ExceptHandler))):
        return function.is_generator or any(_writes_out(call) for call in function.calls)
    callees = [call.callee for call in function.calls] if depth == 0 else []
    return any(_saves(callee, depth + 1) for callee in callees if callee)


def _comes(call: Node, insert: Node) -> bool:
    """Say whether a call comes after an insert, or is the `with` around it."""
    return call.position > insert.position or call.statement.holds(insert)


def _writes_out(call: Node) -> bool:
    """Say whether a call commits or flushes, itself or by the function that it calls."""
    if call.member in _WRITES_OUT:
        return True
    return any(inner.member in _WRITES_OUT for inner in call.callee.calls)


def _adds_given(function: Node) -> bool:
    """Say whether a function adds what it is given to a session."""
    names = {parameter.name for parameter in function.parameters}
    added = (c for c in function.calls if c.member == "add" and c.args and c.args[0].name in names)
    return any(is_session(call.owner) for call in added)


def _is_new(row: Node) -> bool:
    """Say whether a row was made here, or sent: a table of SQLModel as the body of a request."""
    if row.is_call or not isinstance(row.ast, ast.arg):
        return row.is_call
    if row.function not in {endpoint.function for endpoint in endpoints(row.program)}:
        return False
    return any(p.node == row and p.dependency is None for p in parameters(row.function))


def _is_handled(function: Node, depth: int = 0) -> bool:
    """Say whether a function, its decorators, or one that calls it catches the error."""
    if any(map(_handles, function.own(ast.ExceptHandler))):
        return True
    for decorator in function.decorators:
        if any(map(_handles, decorator.func.definition.walk(ast.ExceptHandler))):
            return True
    callers = function.callers if depth < limits.CALLS else ()
    return any(
        _is_handled(call.function, depth + 1)
        or any(_comes(later, call) and _saves(saver) for later, saver in called(call.function))
        for call in callers
    )


def _handles(handler: Node) -> bool:
    """Say whether an `except` makes something else of the error than a 500."""
    codes = [raised_status(raised) or 0 for raised in handler.walk(ast.Raise)]
    is_answered = any(400 <= code < 500 for code in codes) or any(handler.walk(ast.Return))
    if is_answered and _catches(handler):
        return True
    match handler.ast:
        case ast.ExceptHandler(body=[*_, ast.Raise() as last]) if (
            raised_status(handler.at(last)) == 500
        ):
            return False
        case ast.ExceptHandler(body=[*_, ast.Raise(exc=None)]):
            return False
        case ast.ExceptHandler(name=name, body=[*_, ast.Raise(exc=ast.Name(id=raised))]) if (
            raised == name
        ):
            return False
    return _catches(handler)


def _catches(handler: Node) -> bool:
    kinds = caught_by(handler)
    return not kinds or any(kind.library_name in _ERRORS for kind in kinds)


def _is_handled_by_app(program: Program) -> bool:
    """Say whether the app has a handler for the error, or its dependency of the session has.

    One that answers 500 to all errors of the database is none.
    """
    handlers = [h for h in exception_handlers(program) if h.key.library_name in _DATABASE_ERRORS]
    if any({*statuses(handler.function)} != {500} for handler in handlers):
        return True
    generators = [d.target for d in dependencies(program) if d.target.is_generator]
    return any(_handles(h) for function in generators for h in function.own(ast.ExceptHandler))
