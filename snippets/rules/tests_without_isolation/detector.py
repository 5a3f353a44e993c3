"""A fixture that rolls back a session of the test's own, of which the app knows nothing."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.legacy_call_graph import request_functions
from fastapi_pro.auditing.libraries.pytest import fixture_name, is_per_test, setup, tests
from fastapi_pro.auditing.libraries.sqlalchemy_connections import engine_behind
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import dotted, makes_session, uses
from fastapi_pro.auditing.libraries.test_clients import clients, requests_in
from fastapi_pro.auditing.model.legacy import FUNCTIONS, At, Module, Program, is_a, own_nodes
from fastapi_pro.auditing.model.library_types import ASYNC_CONNECTION, CONNECTION

_CLEANING = re.compile(r"\b(TRUNCATE|DELETE\s+FROM|DROP\s+TABLE)\b", re.IGNORECASE)
_HANDED = re.compile(r"session|engine|get_db|database", re.IGNORECASE)
_CHANGES = ("setattr", "patch", "patch.object", ".override", ".configure")


def detect(program: Program) -> Iterator[Hit]:
    """Yield the rollback after the `yield` of each fixture that isolates nothing."""
    if not program.fact(clients):
        return
    for module in program.modules:
        if not any(node.attr == "rollback" for node in module.nodes(ast.Attribute)):
            continue
        for function in module.functions():
            name = fixture_name(program, module, function) if function.decorator_list else None
            rollback = _rollback(program, At(module, function)) if name is not None else None
            if rollback is None or not program.fact(_commits) or program.fact(_is_handed_over):
                continue
            if _is_beside_client(program, At(module, function)):
                yield Hit(
                    module, rollback,
                    f"the fixture `{name}` rolls back a session that the app does not use: what"
                    " requests commit stays for the next test",
                )  # fmt: skip


def _rollback(program: Program, fixture: At) -> ast.Call | None:
    """Return the rollback, after the `yield`, of a session on an engine's own connections."""
    nodes = list(own_nodes(fixture.node))
    yields = [n for n in nodes if isinstance(n, ast.Yield) and n.value is not None]
    if not yields or not isinstance(yields[0].value, ast.Name):
        return None
    named = yields[0].value
    binding = program.binding(fixture.module, named)
    made = binding.node if binding is not None else None
    if not isinstance(made, ast.Call) or not makes_session(program, fixture.module, made):
        return None
    if engine_behind(program, fixture.module, made) is None:
        return None  # bound to a connection, perhaps
    for node in nodes:
        # what joins a transaction, or is bound again, may well isolate
        if isinstance(node, ast.Attribute) and node.attr in ("begin_nested", "configure", "bind"):
            return None
        if isinstance(node, ast.keyword) and node.arg == "join_transaction_mode":
            return None
        if is_a(program, fixture.module, node, ASYNC_CONNECTION, CONNECTION):
            return None
    return next(
        (
            use.call
            for use in uses(program, fixture)
            if use.method == "rollback"
            and dotted(use.session) == named.id
            and use.call.lineno > yields[0].lineno
        ),
        None,
    )


def _commits(program: Program) -> bool:
    """Say whether a request commits a session of SQLAlchemy."""
    return any(
        use.method in ("commit", "begin")
        for function in program.fact(request_functions)
        for use in uses(program, function)
    )


def _is_handed_over(program: Program) -> bool:
    """Say whether tests may give the app another session or engine."""
    for module in program.modules:
        for node in module.nodes(ast.Attribute):
            if node.attr == "dependency_overrides" and _may_give_session(program, module, node):
                return True
        for call in module.nodes(ast.Call):
            name = dotted(call.func)
            if name.endswith(_CHANGES):
                texts = " ".join(ast.unparse(arg) for arg in call.args)
                if _HANDED.search(f"{texts} {name}"):
                    return True
    return False


def _may_give_session(program: Program, module: Module, overrides: ast.Attribute) -> bool:
    """Say whether `dependency_overrides` is given something for a session, or is unclear."""
    parent = module.parent(overrides)
    if isinstance(parent, ast.Attribute) and parent.attr in ("clear", "pop", "get"):
        return False
    if not isinstance(parent, ast.Subscript):
        return True
    if isinstance(parent.ctx, ast.Del):
        return False
    target = program.resolve(module, parent.slice)
    if not isinstance(target, At) or not isinstance(target.node, FUNCTIONS):
        return True
    assignment = module.parent(parent)
    given = ast.unparse(assignment) if assignment is not None else ""
    return bool(_HANDED.search(given)) or any(
        isinstance(n, ast.Call) and makes_session(program, target.module, n)
        for n in own_nodes(target.node)
    )


def _is_beside_client(program: Program, fixture: At) -> bool:
    """Say whether some test has the fixture and sends requests, and nothing that clears tables."""
    for test in program.fact(tests):
        functions = setup(program, test)
        if fixture not in functions or any(_clears(program, f) for f in functions):
            continue
        if any(True for f in functions for _ in requests_in(program, f)):
            return True
    return False


def _clears(program: Program, function: At) -> bool:
    """Say whether a function empties or drops tables; once a session is not once a test."""
    assert isinstance(function.node, FUNCTIONS)
    if fixture_name(program, function.module, function.node) and not is_per_test(program, function):
        return False
    if function in program.fact(request_functions):
        return False
    return any(_clears_by(program, function.module, node) for node in own_nodes(function.node))


def _clears_by(program: Program, module: Module, node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute) and node.attr in ("drop_all", "delete", "downgrade"):
        return not (isinstance(node.value, ast.Name) and "client" in node.value.id)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return _CLEANING.search(node.value) is not None
    return program.call_name(module, node) == "sqlalchemy.delete"
