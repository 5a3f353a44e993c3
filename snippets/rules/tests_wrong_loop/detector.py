"""An async engine made at import, whose connections the tests use in one loop after the other."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.finding import Hit
from fastapi_pro.auditing.libraries.deployment import requirements
from fastapi_pro.auditing.libraries.legacy_call_graph import request_functions
from fastapi_pro.auditing.libraries.pytest import fixtures, marks, options, setup, tests
from fastapi_pro.auditing.libraries.sqlalchemy_connections import (
    answering,
    engine_behind,
    engines_of,
)
from fastapi_pro.auditing.libraries.sqlalchemy_engines import has_pool, is_asyncpg, is_sqlite
from fastapi_pro.auditing.libraries.sqlalchemy_models import Engine, engines
from fastapi_pro.auditing.libraries.sqlalchemy_sessions import dotted
from fastapi_pro.auditing.libraries.test_clients import TEST_CLIENT, asked_for, requests_in
from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Module,
    Program,
    has_unpacking,
    keyword,
    own_nodes,
)

_REPLACED = re.compile(r"engine|session|get_db|database_url|sqlite", re.IGNORECASE)
_CHANGES = ("setattr", "patch", "patch.object", "setenv", "reload")
_LOOPS = {"event_loop", "anyio_backend", "event_loop_policy"}
_HOOKS = ("pytest_collection_modifyitems", "pytest_asyncio_loop_factories")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine of a module that at least two async tests reach, each in its own loop."""
    made = [e for e in program.fact(engines) if _outlives_loops(program, e)]
    if not made or not _has_loop_per_test(program) or _is_replaced(program):
        return
    for engine in made:
        names = _tests_on(program, At(engine.module, engine.call))
        if len(names) > 1:
            yield Hit(
                engine.module, engine.call,
                f"this engine outlives the event loop of each test: `{names[1]}` may get a"
                f" connection of the loop that ended with `{names[0]}`",
            )  # fmt: skip


def _outlives_loops(program: Program, engine: Engine) -> bool:
    """Say whether an engine is made at import and keeps asyncpg's connections in a pool."""
    if engine.module.function_of(engine.call) is not None or not is_asyncpg(program, engine):
        return False
    if is_sqlite(program, engine) or not has_pool(program, engine) or has_unpacking(engine.call):
        return False
    given = keyword(engine.call, "poolclass")
    if given is not None and not program.name_of(engine.module, given):
        return False
    names = {r.name for r in program.fact(requirements)}
    return not ("aiosqlite" in names and "asyncpg" not in names)


def _has_loop_per_test(program: Program) -> bool:
    """Say whether nothing gives several tests one loop."""
    given = program.fact(options)
    if given.get("asyncio_default_test_loop_scope", "function") != "function":
        return False
    if _LOOPS & set(program.fact(fixtures)):
        return False
    return not any(f.name in _HOOKS for m in program.modules for f in m.functions())


def _is_replaced(program: Program) -> bool:
    """Say whether tests may give the app another engine, or close this one's connections."""
    return any(
        _replaces(program, module)
        for module in program.modules
        if module.is_test or module.path.name == "conftest.py"
    )


def _replaces(program: Program, module: Module) -> bool:
    for node in module.nodes(ast.Attribute):
        if node.attr in ("dispose", "NullPool"):
            return True
        if node.attr == "dependency_overrides" and _may_replace(program, module, node):
            return True
    for call in module.nodes(ast.Call):
        is_change = dotted(call.func).endswith(_CHANGES)
        if is_change and any(_REPLACED.search(ast.unparse(arg)) for arg in call.args):
            return True
    return any(
        isinstance(text.value, str) and text.value.startswith("sqlite")
        for text in module.nodes(ast.Constant)
    )


def _may_replace(program: Program, module: Module, overrides: ast.Attribute) -> bool:
    parent = module.parent(overrides)
    if isinstance(parent, ast.Attribute):
        return parent.attr not in ("clear", "pop", "get")
    if not isinstance(parent, ast.Subscript):
        return True
    target = program.resolve(module, parent.slice)
    if not isinstance(target, At):
        return True
    return bool(engines_of(program, {target})) or bool(_REPLACED.search(ast.unparse(parent.slice)))


def _tests_on(program: Program, engine: At) -> list[str]:
    """Return the async tests whose requests surely take a connection of an engine."""
    found = []
    for test in program.fact(tests):
        if not isinstance(test.node, ast.AsyncFunctionDef) or _has_own_mark(test):
            continue
        functions = setup(program, test)
        if any(_disposes(program, function, engine) for function in functions):
            continue
        if any(_asks(program, function, engine) for function in functions):
            found.append(test.node.name)
    return found


def _has_own_mark(test: At) -> bool:
    """Say whether a test is marked to be skipped, or to run in a loop of wider scope."""
    assert isinstance(test.node, FUNCTIONS)
    texts = (ast.unparse(mark) for mark in marks(test.module, test.node))
    return any(re.search(r"anyio|scope|skip|xfail", text) for text in texts)


def _disposes(program: Program, function: At, engine: At) -> bool:
    return any(
        isinstance(node, ast.Attribute)
        and node.attr == "dispose"
        and engine_behind(program, function.module, node.value) in (engine, None)
        for node in own_nodes(function.node)
    )


def _asks(program: Program, function: At, engine: At) -> bool:
    """Say whether a function itself sends a request whose endpoint asks the database."""
    for request, client in requests_in(program, function):
        if program.call_name(client.module, client.node) == TEST_CLIENT:
            continue  # it has a loop of its own, in a thread
        for route in asked_for(program, function.module, request):
            ran = answering(program, route) & program.fact(request_functions)
            if engine in engines_of(program, ran):
                return True
    return False
