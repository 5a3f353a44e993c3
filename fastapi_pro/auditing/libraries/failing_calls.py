"""Calls that fail each time they run, in code that was moved to SQLAlchemy 2 halfway."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.project_packages import versions
from fastapi_pro.auditing.model import limits
from fastapi_pro.auditing.model.flow import way_to
from fastapi_pro.auditing.model.library_types import (
    ASYNC_CONNECTION,
    ASYNC_SESSION,
    CONNECTION,
    SCOPED,
    SESSION,
)
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.node import Node, Type, inherits
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.model.types import result_type

LEGACY = {
    "bulk_insert_mappings", "bulk_save_objects", "bulk_update_mappings",
    "enable_relationship_loading", "query",
}  # fmt: skip
"""The methods of Session that AsyncSession does not have."""
PLAIN = {"add", "add_all", "expire", "expire_all", "expunge", "expunge_all"}
"""The methods of AsyncSession that are no coroutines, and return None."""
SENDS = {"execute", "scalar", "scalars"}
"""The methods of sessions and connections that send a statement, and take no plain string."""
RESULTS = {"all", "count", "first", "get", "one", "one_or_none", "scalar"}
"""The methods of Query, or of a result, that `select()` does not have."""
_SENDERS = (SESSION, ASYNC_SESSION, SCOPED, CONNECTION, ASYNC_CONNECTION)
_CHAIN = 30  # of methods and names
_LOOKS = re.compile(r"\b(hasattr|isinstance|isawaitable|iscoroutine\w*)\(")


@fact
def failing_calls(program: Program) -> list[Node]:
    """Return the calls outside tests that fail each time: `query` of an AsyncSession and the like.

    SQLAlchemy 2 takes no plain string either, which is no reason to look what a session is.

    Those are left out that stand below a test of what the session is.
    """
    called = [c for c in program.calls_named(*LEGACY, *PLAIN) if c.member in LEGACY or c.is_awaited]
    found = [call for call in called if not call.callee and _is_async(call.owner)]
    found += [c for c in program.calls_named(*RESULTS) if c.owner and _is_select(c.owner)]
    strings = [call for call in program.calls_named(*SENDS) if takes_string(call)]
    return [*(call for call in found if not _is_looked_at(call)), *strings]


def takes_string(call: Node) -> bool:
    """Say whether a session or connection of SQLAlchemy 2 gets SQL without `text()`."""
    is_sent = call.is_awaited or not call.owner.is_a(ASYNC_SESSION, ASYNC_CONNECTION)
    if not is_sent or call.member not in SENDS or call.callee or not call.owner.is_a(*_SENDERS):
        return False
    given = call.argument(0, "statement").value
    is_string = isinstance(given.literal, str) or isinstance(given.ast, ast.JoinedStr)
    return is_string and versions(call.module, "sqlalchemy").has_from("2")


def fails_at(module: Module, line: int) -> bool:
    """Say whether a line has a call that fails each time, or comes after one in its block."""
    failing = _failing_statements(module.program)
    return any(
        around in failing or any(_fails(statement, failing) for statement in before)
        for before, around in (way_to(module, line) if failing else ())
    )


@fact
def _failing_statements(program: Program) -> set[ast.AST]:
    return {call.statement.ast for call in failing_calls(program)}


def _fails(statement: ast.stmt, failing: set[ast.AST]) -> bool:
    """Say whether no run gets past a statement: it has such a call, or its `with` has."""
    inner = statement.body if isinstance(statement, (ast.With, ast.AsyncWith)) else ()
    return statement in failing or any(_fails(one, failing) for one in inner)


def _is_async(session: Node) -> bool:
    """Say whether an expression is an AsyncSession, and nothing gives it a plain Session."""
    if not session.is_a(ASYNC_SESSION):
        return False
    return not any(inherits(kind, SESSION, SCOPED) for kind in _given(session))


def _given(session: Node, depth: int = 0) -> Iterator[Type]:
    """Yield the types of what a name or attribute gets, whatever its annotation says."""
    if depth > limits.CALLS:
        return
    if session.owner.name == "self":
        assigned = session.module.self_assignments(session.enclosing_class.ast)
        for node in assigned.get(session.member, ()):
            yield from _given(session.at(node.value), depth + 1)
        return
    bound = session.bound
    if bound is None or bound.kind != "param":
        yield session.type
        return
    parameter = session.at(bound.node)
    for filled in parameters(parameter.function):
        if filled.node == parameter and filled.dependency is not None:
            yield _made(filled.dependency.target)
    for call in parameter.function.callers:
        yield from _given(parameter.passed(call), depth + 1)


def _made(dependency: Node) -> Type:
    """Return the type of what a dependency gives by what it yields, else by its annotation."""
    values = dependency.yielded or dependency.returned
    found = (value.type for value in values)
    return next((kind for kind in found if kind is not None), None) or result_type(dependency)


def _is_select(statement: Node) -> bool:
    """Say whether an expression is a `select(...)`, its methods and one name for it followed."""
    for _ in range(_CHAIN):
        if not statement.is_call:
            bound = statement.bound
            if bound is None or len(statement.function.bindings(statement.name)) != 1:
                return False
            statement = statement.value
        if statement.called:
            return statement.called == "sqlalchemy.select"
        if not statement.owner or statement.callee:
            return False
        statement = statement.owner
    return False


def _is_looked_at(call: Node) -> bool:
    """Say whether a call stands below a test of what the object is, or a `try` for its error."""
    for above in call.ancestors:
        if above.is_function:
            return False
        if _LOOKS.search(above.test.text):
            return True
        if isinstance(above.ast, ast.Try) and any(map(_is_for_attribute, above.ast.handlers)):
            return True
    return False


def _is_for_attribute(handler: ast.ExceptHandler) -> bool:
    names = ast.walk(handler.type) if handler.type is not None else ()
    return any(isinstance(n, ast.Name) and n.id in ("AttributeError", "TypeError") for n in names)
