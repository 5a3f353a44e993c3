"""Statements with LIMIT and OFFSET, and the request inputs that set these."""

from collections.abc import Iterator

from fastapi_pro.auditing.libraries.failing_calls import fails_at
from fastapi_pro.auditing.libraries.raw_paging import raw_values
from fastapi_pro.auditing.libraries.repositories import repository_model
from fastapi_pro.auditing.libraries.request_values import Input, cause, inputs
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_LIBRARIES = ("sqlalchemy", "sqlmodel")
_DEPTH = 30  # of methods chained and names followed


@fact
def limit_inputs(program: Program) -> list[Input]:
    """Return the inputs that reach a LIMIT."""
    return _inputs_of(program, "limit")


@fact
def offset_inputs(program: Program) -> list[Input]:
    """Return the inputs that reach an OFFSET."""
    return _inputs_of(program, "offset")


def _inputs_of(program: Program, method: str) -> list[Input]:
    found: dict[Node, Input] = {}
    for _, given in program.once(_chained, method, program, method):
        found.setdefault(given.node, given)
    for value in (*_slices(program, method), *_of_crud(program, method)):
        for given in value:
            found.setdefault(given.node, given)
    for raw in raw_values(program, method):
        for given in inputs(raw):
            found.setdefault(given.node, given)
    return list(found.values())


def limit_calls(given: Input) -> list[Node]:
    """Return the calls of a statement's `limit` that an input reaches."""
    program = given.node.program
    chained = program.once(_chained, "limit", program, "limit")
    return [call for call, other in chained if other.node == given.node]


def _chained(program: Program, method: str) -> list[tuple[Node, Input]]:
    """Return the calls of a statement's method, each with all inputs that reach it."""
    return [
        (call, given)
        for call in program.calls_named(method)
        if call.owner and is_statement(call.owner) and not fails_at(call.module, call.line)
        for given in inputs(call.argument(0, method))
    ]


def _slices(program: Program, clause: str) -> Iterator[list[Input]]:
    """Yield the inputs of `statement.slice(start, stop)`: those of the limit are only in `stop`."""
    for call in program.calls_named("slice"):
        if call.owner and len(call.args) == 2 and is_statement(call.owner):
            start, stop = map(inputs, call.args)
            skipped = {given.node for given in start}
            is_offset = clause == "offset"
            yield start if is_offset else [given for given in stop if given.node not in skipped]


def _of_crud(program: Program, clause: str) -> Iterator[list[Input]]:
    """Yield the inputs of `FastCRUD(Model).get_multi(db, offset=..., limit=...)`."""
    for call in program.calls_named("get_multi", "get_multi_joined"):
        if repository_model(call.owner) is not None:
            yield inputs(call.keyword(clause))


def is_statement(expr: Node) -> bool:
    """Say whether an expression may be a statement or query of SQLAlchemy.

    In a module that imports SQLAlchemy, an unresolved expression counts as one.
    """
    for _ in range(_DEPTH):
        if expr.is_call:
            if expr.called:
                return expr.called.startswith("sqlalchemy.")
            if not expr.owner or expr.member == "query":
                break
            expr = expr.owner
        elif expr.value.is_call:
            expr = expr.value
        else:
            break
    kind = expr.type
    if isinstance(kind, str):
        return kind.startswith("sqlalchemy.")
    return expr.module.imports(*_LIBRARIES)


def by_cause(found: list[Input]) -> Iterator[tuple[Input, str]]:
    """Yield the first input of each alias, with words about the others for the message."""
    grouped: dict[Node, list[Input]] = {}
    for given in found:
        grouped.setdefault(cause(given), []).append(given)
    for first, *others in grouped.values():
        yield first, f", like {len(others)} more of its alias," if others else ""
