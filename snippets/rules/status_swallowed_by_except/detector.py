"""HTTP errors that the `except Exception` around them answers otherwise."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import Endpoint, http_endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.http_errors import exception_status, is_http_error, status
from fastapi_pro.auditing.model.call_graph import called
from fastapi_pro.auditing.model.exceptions import caught_by, raised_by
from fastapi_pro.auditing.model.node import inherits

_HTTP = "fastapi.HTTPException"
_ALL = {"builtins.Exception", "builtins.BaseException"}
_REFUSALS = {401, 403}  # whoever answers these for everything that fails keeps the door shut
_REPORTS = re.compile(r"(^|_)(debug|diagnos\w*|health\w*|probe|test)(_|$)")
_QUESTIONS = {"builtins.isinstance", "builtins.type", "builtins.issubclass"}
_LISTS = {"all", "fetchall", "fetchmany", "to_list"}
"""Methods of sessions, cursors and query sets: where there are no rows, they return no `None`."""
_DATA = (ast.Dict, ast.List, ast.Tuple, ast.Constant, ast.JoinedStr)


@dataclass(frozen=True)
class _Error:
    """An HTTP error: the call that makes it, the place that it comes from, and what that is."""

    exception: Node
    place: Node
    source: str

    @property
    def status(self) -> int | None:
        return exception_status(self.exception)


def detect(program: Program) -> Iterator[Hit]:
    """Yield the handlers that answer something else for an HTTP error of their own `try`."""
    usual = {endpoint.function: _usual(endpoint) for endpoint in http_endpoints(program)}
    for function in sorted(request_functions(program), key=lambda f: f.place):
        if function.module.is_tool or not function.own(ast.ExceptHandler):
            continue
        caught: dict[Node, list[_Error]] = {}
        for error in _errors(function):
            handler = _handler(error.exception, error.place)
            if handler and not _names(handler, error.exception):
                caught.setdefault(handler, []).append(error)
        for handler, errors in caught.items():
            answers = _answers(handler, usual.get(function))
            lost = [error for error in errors if error.status not in answers]
            if not answers or not lost or not answers.isdisjoint(_REFUSALS):
                continue
            if not _leads_on(answers) and not _reports(function, answers):
                yield handler.hit(_message(function, lost, answers))


def _leads_on(answers: set[int]) -> bool:
    """Say whether the browser is sent to another page, which tells its user what went wrong."""
    return all(300 <= code < 400 for code in answers)


def _reports(function: Node, answers: set[int]) -> bool:
    """Say whether an endpoint exists to tell what fails: a check of health, a page to debug."""
    return all(code < 300 for code in answers) and bool(_REPORTS.search(function.name))


def _usual(endpoint: Endpoint) -> int:
    """Return the status that an endpoint answers with if nothing else is said."""
    return status(endpoint.call.keyword("status_code")) or 200


def _message(function: Node, lost: list[_Error], answers: set[int]) -> str:
    first = lost[0]
    others = f", and {len(lost) - 1} more," if len(lost) > 1 else ""
    instead = " or ".join(str(code) for code in sorted(answers))
    what = first.status or "status"
    return (
        f"`{function.name}` answers {instead} here instead of the {what} that {first.source}"
        f" raises{others} in this `try`: HTTPException is an Exception, too"
    )


def _errors(function: Node) -> Iterator[_Error]:
    """Yield the HTTP errors that a function raises, and those of the functions that it calls."""
    for raised, exception in _raised(function):
        yield _Error(exception, raised, f"line {raised.line}")
    for call, target in called(function):
        for raised, exception in _raised(target):
            if not _handler(exception, raised) and not target.is_generator:
                yield _Error(exception, call, f"`{target.name}`")
                break


def _raised(function: Node) -> Iterator[tuple[Node, Node]]:
    """Yield each `raise` of an HTTP error in a function, with the call that makes the error."""
    for statement in function.own(ast.Raise):
        exception = raised_by(statement).value
        if is_http_error(exception) and not _is_never_run(statement):
            yield statement, exception


def _is_never_run(statement: Node) -> bool:
    """Say whether a statement waits for a list of rows to be `None`, which it never is."""
    for above in statement.ancestors:
        match above.ast:
            case ast.If(test=ast.Compare(left=left, ops=[ast.Is()], comparators=[asked])) if any(
                part.holds(statement) for part in above.body
            ):
                rows = above.at(left).value.awaited
                if above.at(asked).is_none and rows.is_call and rows.member in _LISTS:
                    return True
        if above.is_function:
            break
    return False


def _handler(exception: Node, place: Node) -> Node:
    """Return the handler that ends the way of an error through its function; nothing if none does.

    A handler whose last statement is `raise` lets it pass.
    """
    for above in place.ancestors:
        if above.is_function:
            break
        if isinstance(above.ast, ast.Try) and any(part.holds(place) for part in above.body):
            handlers = map(above.at, above.ast.handlers)
            handler = next((h for h in handlers if _catches_all(h) or _names(h, exception)), None)
            if handler and not _passes(handler):
                return handler
    return place.at(None)


def _catches_all(handler: Node) -> bool:
    kinds = caught_by(handler)
    return not kinds or any(kind.library_name in _ALL for kind in kinds)


def _names(handler: Node, exception: Node) -> bool:
    """Say whether a handler names the class of an HTTP error, or a base, or what nobody knows."""
    lineage = list(exception.func.definition.lineage)
    for kind in caught_by(handler):
        cls = kind.definition
        if (cls in lineage) if cls.is_class else kind.library_name in (_HTTP, ""):
            return True
    return False


def _passes(handler: Node) -> bool:
    last = handler.body[-1].ast
    return isinstance(last, ast.Raise) and last.exc is None


def _answers(handler: Node, usual: int | None) -> set[int]:
    """Return the statuses that a handler answers with; none if they are not all seen.

    `usual` is the status of data that the function returns; None if it is no endpoint.
    """
    if _asks_which(handler):
        return set()
    found: set[int | None] = set()
    for statement in handler.walk(ast.Raise):
        exception = raised_by(statement).value
        found.add(exception_status(exception) if is_http_error(exception) else None)
    for statement in handler.walk(ast.Return):
        found.add(_returned(statement, usual))
    known = {code for code in found if code is not None}
    return known if known == found else set()


def _returned(statement: Node, usual: int | None) -> int | None:
    """Return the status of what a `return` answers; None if that cannot be read."""
    written = statement.at(getattr(statement.ast, "value", None))
    value = written.value
    if value.called.startswith("fastapi.responses."):
        given = value.argument(1, "status_code")
        is_page = value.last_name == "RedirectResponse"
        return status(given) if given or is_page else 200
    is_schema = inherits(value.func.definition or None, "pydantic.BaseModel")
    return usual if not written or isinstance(value.ast, _DATA) or is_schema else None


def _asks_which(handler: Node) -> bool:
    """Say whether a handler looks at the error's class or status, or lets others do so."""
    for node in handler.walk(ast.Attribute, ast.Constant):
        if node.member == "status_code" or node.literal == "status_code":
            return True
    name = getattr(handler.ast, "name", None)
    for call in handler.walk(ast.Call) if name else ():
        is_given = any(part.name == name for part in call.given)
        if is_given and (call.called in _QUESTIONS or call.callee.is_function):
            return True
    return False
