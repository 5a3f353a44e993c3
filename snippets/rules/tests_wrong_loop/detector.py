"""An async engine made at import, whose connections the tests use in one loop after the other."""

import ast
import re
from collections.abc import Iterator

from fastapi_pro.auditing.detection import Hit, Node, Program
from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.fastapi_requests import answering, request_functions
from fastapi_pro.auditing.libraries.project_packages import requirements
from fastapi_pro.auditing.libraries.pytest import Test, fixture, fixtures, options, tests
from fastapi_pro.auditing.libraries.sqlalchemy_connections import engine_behind, engines_of
from fastapi_pro.auditing.libraries.sqlalchemy_engines import Engine, engines
from fastapi_pro.auditing.libraries.test_clients import overrides, requests_in
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.module import Module

_REPLACED = re.compile(r"engine|session|get_db|database_url|sqlite", re.IGNORECASE)
_CHANGES = ("setattr", "patch", "patch.object", "setenv", "reload")
_TASKS = {"task", "shared_task", "actor"}
_RUNNERS = ("asyncio.run", "new_event_loop")
_LOOPS = {"event_loop", "anyio_backend", "event_loop_policy"}
_HOOKS = ("pytest_collection_modifyitems", "pytest_asyncio_loop_factories")
_MARKED = re.compile(r"anyio|scope|skip|xfail")


def detect(program: Program) -> Iterator[Hit]:
    """Yield each engine of a module that two async tests reach, or a task that runs a loop."""
    made = [engine for engine in engines(program) if _outlives_loops(engine)]
    if made and program.saying(*_RUNNERS):
        yield from _of_tasks(program, made)
    if not made or not _has_loop_per_test(program) or _is_replaced(program):
        return
    for engine in made:
        names = [test.name for test in tests(program) if _asks(test, engine)]
        if len(names) > 1:
            yield engine.call.hit(
                f"this engine outlives the event loop of each test: `{names[1]}` may get a"
                f" connection that belongs to the closed loop of `{names[0]}`"
            )


def _of_tasks(program: Program, made: list[Engine]) -> Iterator[Hit]:
    """Yield the loops that tasks of a queue make, one for each task, for one pool."""
    for function in program.functions:
        if not any(d.func.last_name in _TASKS for d in function.decorators):
            continue
        for call in function.calls:
            running = _runs_loop(call)
            inside = reached([running.callee]) if running else set()
            shared = next((engine for engine in made if engine in engines_of(inside)), None)
            if shared and not any(map(_names_dispose, {function, call.callee, *inside})):
                yield call.hit(
                    f"each run of `{function.name}` has an event loop of its own, and the engine of"
                    f" {shared.call.module.path.name} keeps a connection of the last one: the next"
                    " task fails",
                    severity="high",
                    fix="`poolclass=NullPool` for an engine of the workers, or dispose of it in"
                    " the coroutine",
                )


def _runs_loop(call: Node) -> Node:
    """Return the coroutine that a call runs in a new loop, itself or by a function."""
    for inner in (call, *call.callee.calls):
        is_new = inner.owner.value.called == "asyncio.new_event_loop"
        if inner.called != "asyncio.run" and not (is_new and inner.member == "run_until_complete"):
            continue
        given = inner.argument(0, "main")
        taken = given.definition
        is_handed = inner != call and isinstance(taken.ast, ast.arg)
        coroutine = taken.passed(call) if is_handed else given
        return coroutine.value if inner == call or is_handed else call.at(None)
    return call.at(None)


def _names_dispose(function: Node) -> bool:
    return any(attribute.member == "dispose" for attribute in function.own(ast.Attribute))


def _outlives_loops(engine: Engine) -> bool:
    """Say whether an engine is made at import and keeps asyncpg's connections in a pool."""
    call = engine.call
    if call.function or not engine.is_asyncpg or engine.is_sqlite or not engine.has_pool:
        return False
    pool = call.keyword("poolclass")
    if call.has_unpacking or (pool and not pool.library_name):
        return False
    names = {requirement.name for requirement in requirements(call.program)}
    return "aiosqlite" not in names or "asyncpg" in names


def _has_loop_per_test(program: Program) -> bool:
    """Say whether nothing gives several tests one loop."""
    if options(program).get("asyncio_default_test_loop_scope", "function") != "function":
        return False
    if any(fixtures(program, name) for name in _LOOPS):
        return False
    holders = {test.function.module for test in tests(program)}
    if any(fixture(module, name) for module in holders for name in _LOOPS):
        return False
    modules = (module for module in program.modules if module.says(*_HOOKS))
    return not any(function.name in _HOOKS for m in modules for function in m.functions())


def _is_replaced(program: Program) -> bool:
    """Say whether tests may give the app another engine, or close this one's connections."""
    return any(
        _replaces(module)
        for module in program.modules
        if module.is_test or module.path.name == "conftest.py"
    )


def _replaces(module: Module) -> bool:
    if any(attribute.attr in ("dispose", "NullPool") for attribute in module.nodes(ast.Attribute)):
        return True
    for call in (Node(module, written) for written in module.nodes(ast.Call)):
        is_change = call.func.dotted.endswith(_CHANGES)
        if is_change and any(_REPLACED.search(argument.text) for argument in call.args):
            return True
    if any(_may_replace(override) for override in overrides(module)):
        return True
    texts = (constant.value for constant in module.nodes(ast.Constant))
    return any(isinstance(text, str) and text.startswith("sqlite") for text in texts)


def _may_replace(override: Node) -> bool:
    """Say whether `dependency_overrides` is given something for an engine, or is unclear."""
    replaced = override.index.definition
    is_named = _REPLACED.search(override.index.text) is not None
    return not replaced or is_named or bool(engines_of(_with_dependencies(replaced)))


def _with_dependencies(function: Node) -> list[Node]:
    """Return a dependency, and those that it has itself: who replaces it replaces them."""
    found = [function]
    for known in found:  # grows while it is walked
        given = (p.dependency for p in parameters(known) if p.dependency is not None)
        found += [d.target for d in given if d.target and d.target not in found]
    return found


def _asks(test: Test, engine: Engine) -> bool:
    """Say whether the requests of an async test surely take a connection of an engine.

    It runs in a loop of its own where no mark gives it one of wider scope, or skips it.
    """
    if not test.function.is_coroutine or any(_MARKED.search(mark.text) for mark in test.marks):
        return False
    if any(_disposes(function, engine) for function in test.setup):
        return False
    return any(_reaches(function, engine) for function in test.setup)


def _disposes(function: Node, engine: Engine) -> bool:
    return any(
        attribute.member == "dispose" and engine_behind(attribute.owner) in (engine, None)
        for attribute in function.own(ast.Attribute)
    )


def _reaches(function: Node, engine: Engine) -> bool:
    """Say whether a function itself sends a request whose endpoint asks an engine."""
    running = request_functions(function.program)
    return any(
        engine in engines_of(answering(endpoint) & running)
        for request in requests_in(function)
        if request.client.is_transport  # a TestClient has a loop of its own, in a thread
        for endpoint in request.endpoints
    )
