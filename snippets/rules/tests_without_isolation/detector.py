"""A fixture that rolls back a session of the test's own, of which the app knows nothing."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program, fact
from fastapi_pro.auditing.libraries.fastapi_requests import request_functions
from fastapi_pro.auditing.libraries.pytest import as_fixture, fixtures_in, tests
from fastapi_pro.auditing.libraries.sqlalchemy_connections import engine_behind
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import makes_session, uses
from fastapi_pro.auditing.libraries.test_clients import clients, overrides, requests_in
from fastapi_pro.auditing.model.library_types import ASYNC_CONNECTION, CONNECTION
from fastapi_pro.auditing.model.module import Module

_CLEANING = re.compile(r"\b(TRUNCATE|DELETE\s+FROM|DROP\s+TABLE)\b", re.IGNORECASE)
_HANDED = re.compile(r"session|engine|get_db|database", re.IGNORECASE)
_CHANGES = ("setattr", "patch", "patch.object", ".override", ".configure")
_CHANGING = tuple(change.rpartition(".")[2] for change in _CHANGES)
_WRITTEN = re.compile("|".join(rf"{name}\s*\(" for name in _CHANGING).encode())


def detect(program: Program) -> Iterator[Hit]:
    """Yield the rollback after the `yield` of each fixture that isolates nothing."""
    for module in program.modules if clients(program) else ():
        is_possible = module.says("yield") and module.says("fixture")
        if not is_possible or not module.mentions("rollback"):
            continue
        for fixture in fixtures_in(module):
            rollback = _rollback(fixture.function)
            if not rollback or not _commits(program) or _is_handed_over(program):
                continue
            if _is_beside_client(fixture.function):
                yield rollback.hit(
                    f"the fixture `{fixture.name}` rolls back a session that the app does not use:"
                    " what requests commit is still there in the next test"
                )


def _rollback(fixture: Node) -> Node:
    """Return the rollback, after the `yield`, of a session on an engine's own connections."""
    nothing = fixture.at(None)
    given = next(iter(fixture.yielded), nothing)
    made = given.value
    if not given.name or not makes_session(made) or engine_behind(made) is None:
        return nothing  # bound to a connection, perhaps
    if any(_may_join(node) for node in fixture.own()):
        return nothing
    for use in uses(fixture):
        is_after = use.line > given.line
        if use.member == "rollback" and use.owner.dotted == given.name and is_after:
            return use
    return nothing


def _may_join(node: Node) -> bool:
    """Say whether a session may be bound to a connection, or join its transaction."""
    if isinstance(node.ast, ast.keyword):
        return node.ast.arg == "join_transaction_mode"
    is_change = node.member in ("begin_nested", "configure", "bind")
    return is_change or node.is_a(ASYNC_CONNECTION, CONNECTION)


@fact
def _commits(program: Program) -> bool:
    """Say whether a request commits a session of SQLAlchemy."""
    running = request_functions(program)
    return any(use.member in ("commit", "begin") for f in running for use in uses(f))


@fact
def _is_handed_over(program: Program) -> bool:
    """Say whether tests may give the app another session or engine."""
    for module in program.modules:
        if any(_may_give_session(override) for override in overrides(module)):
            return True
        if _WRITTEN.search(module.source) and any(_hands_over(call) for call in _changes(module)):
            return True
    return False


def _changes(module: Module) -> Iterator[Node]:
    """Yield the calls that may put something in another's place."""
    for name, calls in module.calls_by_name.items():
        if name.endswith(_CHANGING):
            yield from (Node(module, call) for call in calls)


def _hands_over(call: Node) -> bool:
    name = call.func.dotted
    if not name.endswith(_CHANGES):
        return False
    texts = " ".join(argument.text for argument in call.args)
    return _HANDED.search(f"{texts} {name}") is not None


def _may_give_session(override: Node) -> bool:
    """Say whether `dependency_overrides` is given something for a session, or is unclear."""
    replaced = override.index.definition
    if not replaced.is_function or _HANDED.search(override.parent.text):
        return True
    return any(makes_session(call) for call in replaced.calls)


def _is_beside_client(fixture: Node) -> bool:
    """Say whether some test has the fixture and sends requests, and nothing that clears tables."""
    return any(
        fixture in test.setup
        and not any(_clears(function) for function in test.setup)
        and any(requests_in(function) for function in test.setup)
        for test in tests(fixture.program)
    )


def _clears(function: Node) -> bool:
    """Say whether a function empties or drops tables; once a session is not once a test."""
    fixture = as_fixture(function)
    is_kept = fixture is not None and not fixture.is_per_test
    if is_kept or function in request_functions(function.program):
        return False
    return any(_clears_by(node) for node in function.own())


def _clears_by(node: Node) -> bool:
    match node.ast:
        case ast.Attribute(attr="drop_all" | "delete" | "downgrade"):
            return "client" not in node.owner.name
        case ast.Constant(value=str(text)):
            return _CLEANING.search(text) is not None
    return node.called == "sqlalchemy.delete"
