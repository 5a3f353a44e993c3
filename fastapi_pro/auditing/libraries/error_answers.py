"""What becomes of an error: who catches it on its way to the client, and what that answers."""

import ast
from collections.abc import Collection, Iterator

from fastapi_pro.auditing.libraries.exception_handlers import exception_handlers
from fastapi_pro.auditing.libraries.fastapi import endpoints
from fastapi_pro.auditing.libraries.fastapi_requests import roots
from fastapi_pro.auditing.libraries.http_errors import raised_status, status
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.exceptions import caught_by, raised_by
from fastapi_pro.auditing.model.node import Node

Kinds = tuple[str, ...]
"""The names of an error's class and of those it inherits, nearest first."""

_LOWEST_ERROR = 400
_ANY = ("Exception", "BaseException")
DATABASE: Kinds = (
    "DataError", "DatabaseError", "DBAPIError", "StatementError", "SQLAlchemyError", *_ANY,
)  # fmt: skip
"""The error of a statement that the database or its driver refuses."""


def is_no_500(place: Node, kinds: Kinds, through: Collection[Node]) -> bool:
    """Say whether an error that is raised at a place is caught before it becomes a 500.

    By a `try`, a `with` or a decorator around it or around a call of its function, or by a handler
    of the application. `through` are the functions that a request may come through.
    """
    return _is_caught(place, kinds, through, 0)


def _is_caught(place: Node, kinds: Kinds, through: Collection[Node], depth: int) -> bool:
    function = place.function
    for outer, handler in _around(place):
        if _catches(handler, kinds):
            return _answers(handler, kinds, outer, through, depth)
    if not function or depth > limits.CALLS:
        return False
    for decorator in function.decorators:
        for handler in decorator.func.definition.walk(ast.ExceptHandler):
            if _catches(handler, kinds):
                return _answers(handler, kinds, function, through, depth + 1)
    return _is_caught_above(function, kinds, through, depth)


def _is_caught_above(function: Node, kinds: Kinds, through: Collection[Node], depth: int) -> bool:
    """Say whether those catch an error who run a function: its callers, and the application."""
    calls = [call for call in function.callers if call.function in through]
    is_run = function in roots(function.program) or not calls
    if is_run and not _is_answered_by_app(function, kinds):
        return False
    return all(_is_caught(call, kinds, through, depth + 1) for call in calls)


def _around(place: Node) -> Iterator[tuple[Node, Node]]:
    """Yield the handlers around a place within its function, each with the block that has it."""
    for above in place.ancestors:
        if above.is_function or isinstance(above.ast, ast.Lambda):
            return
        if isinstance(above.ast, ast.Try) and any(s.holds(place) for s in above.body):
            for handler in above.ast.handlers:
                yield above, above.at(handler)
        for context in above.contexts:
            for around in context.callee.own(ast.ExceptHandler) if context.callee else ():
                yield above, around


def _catches(handler: Node, kinds: Kinds) -> bool:
    listed = caught_by(handler)
    return not listed or any(one.last_name in kinds for one in listed)


def _answers(
    handler: Node, kinds: Kinds, outer: Node, through: Collection[Node], depth: int
) -> bool:
    """Say whether a handler makes something else of an error than a 500: as said, or by nothing."""
    if codes := statuses(handler):
        return any(map(_is_of_client, codes))
    return all(
        _is_caught_from(outer, _raised(one, handler, kinds), through, depth)
        for one in handler.walk(ast.Raise)
    )


def _is_caught_from(block: Node, kinds: Kinds, through: Collection[Node], depth: int) -> bool:
    """Say whether what leaves a block, or a function by its decorator, is caught further out."""
    if block.is_function:
        return _is_caught_above(block, kinds, through, depth)
    return _is_caught(block, kinds, through, depth)


def _raised(statement: Node, handler: Node, kinds: Kinds) -> Kinds:
    """Return the names of what a `raise` in a handler raises: the same error, or another."""
    error = raised_by(statement)
    if not error or error.name == getattr(handler.ast, "name", None):
        return kinds
    cls = error.func.definition
    if not cls.is_class:
        return (error.last_name, *_ANY)
    bases = (base.rpartition(".")[2] for base in sorted(cls.bases))
    return (*(above.name for above in cls.lineage), *bases, *_ANY)


def _is_answered_by_app(function: Node, kinds: Kinds) -> bool:
    """Say whether a handler of the application, or what opens the session, answers by a 4xx."""
    program = function.program
    handlers = {h.key.last_name: h.function for h in exception_handlers(program)}
    nearest = next((kind for kind in kinds if kind in handlers), "")
    if nearest:
        codes = statuses(handlers[nearest])
        return all(map(_is_of_client, codes)) and (bool(codes) or nearest not in _ANY)
    return any(
        _catches(handler, kinds) and any(map(_is_of_client, statuses(handler)))
        for endpoint in endpoints(program)
        if endpoint.function == function
        for dependency in endpoint.dependencies
        if dependency.target.is_generator
        for handler in dependency.target.own(ast.ExceptHandler)
    )


def statuses(block: Node) -> list[int]:
    """Return the statuses that a handler's code answers with, as far as they are written.

    Where none is known to be one, they are the numbers from 400 on that it gives anything.
    """
    found = [raised_status(raised) for raised in block.walk(ast.Raise)]
    for call in block.walk(ast.Call):
        is_response = call.called.startswith("fastapi.responses.")
        found.append(
            status(call.argument(1, "status_code") if is_response else call.keyword("status_code"))
        )
    known = [code for code in found if code is not None]
    given = (status(part) or 0 for call in block.walk(ast.Call) for part in call.given)
    return known or [code for code in given if code >= _LOWEST_ERROR]


def _is_of_client(code: int) -> bool:
    return 400 <= code < 500
