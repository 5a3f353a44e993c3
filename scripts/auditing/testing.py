"""What pytest sees of a program: tests, fixtures, and how they reach the application."""

import ast
from collections.abc import Iterator

from auditing.modules import FUNCTIONS, Module
from auditing.program import At, Program, argument, calls_in

TRANSPORT = "httpx.ASGITransport"
TEST_CLIENT = "fastapi.testclient.TestClient"
_FIXTURES = {"pytest.fixture", "pytest_asyncio.fixture"}
_MANAGERS = {"LifespanManager", "lifespan_context", "lifespan"}


def fixtures(program: Program) -> dict[str, list[At]]:
    """Return the fixtures by name; for `program.fact`."""
    found: dict[str, list[At]] = {}
    for module in program.modules:
        for function in module.functions():
            for decorator in function.decorator_list:
                call = decorator.func if isinstance(decorator, ast.Call) else decorator
                if program.name_of(module, call) in _FIXTURES:
                    name = _given_name(decorator) or function.name
                    found.setdefault(name, []).append(At(module, function))
    return found


def _given_name(decorator: ast.expr) -> str | None:
    for key in decorator.keywords if isinstance(decorator, ast.Call) else ():
        if key.arg == "name" and isinstance(key.value, ast.Constant):
            return str(key.value.value)
    return None


def tests(program: Program) -> list[At]:
    """Return the test functions; for `program.fact`."""
    return [
        At(module, function)
        for module in program.modules
        for function in module.functions()
        if function.name.startswith("test_") and module.function_of(function) is None
    ]


def with_fixtures(program: Program, function: At) -> list[At]:
    """Return a test or fixture and the fixtures that it asks for, directly or not."""
    found: list[At] = []
    queue = [function]
    while queue:
        current = queue.pop(0)
        if current in found or not isinstance(current.node, FUNCTIONS):
            continue
        found.append(current)
        for arg in (*current.node.args.args, *current.node.args.kwonlyargs):
            near = _nearest(current.module, program.fact(fixtures).get(arg.arg, []))
            if near is not None:
                queue.append(near)
    return found


def _nearest(module: Module, candidates: list[At]) -> At | None:
    """Return the fixture of the same module, else of the nearest conftest.py above it."""
    for at in candidates:
        if at.module is module:
            return at
    above = [
        at for at in candidates
        if at.module.path.name == "conftest.py" and at.module.path.parent in module.path.parents
    ]  # fmt: skip
    return max(above, key=lambda at: len(at.module.path.parts), default=None)


def clients(program: Program, functions: list[At]) -> Iterator[tuple[Module, ast.Call]]:
    """Yield where functions make a transport or test client to an application."""
    for function in functions:
        for call in calls_in(function.node):
            if program.call_name(function.module, call) in (TRANSPORT, TEST_CLIENT):
                yield function.module, call


def application(program: Program, module: Module, call: ast.Call) -> At | None:
    """Return the call that made the application that a transport or client is given."""
    made = program.resolve(module, argument(call, 0, "app"))
    for _ in range(3):
        if not isinstance(made, At) or not isinstance(made.node, ast.Call):
            return None
        if program.name_of(made.module, made.node.func) == "fastapi.FastAPI":
            return made
        factory = program.resolve(made.module, made.node.func)
        if not isinstance(factory, At) or not isinstance(factory.node, FUNCTIONS):
            return None
        calls = [
            c
            for c in calls_in(factory.node)
            if program.call_name(factory.module, c) == "fastapi.FastAPI"
        ]
        made = At(factory.module, calls[0]) if len(calls) == 1 else None
    return None


def runs_lifespan(functions: list[At]) -> bool:
    """Say whether one of the functions runs the application's lifespan itself."""
    for function in functions:
        for node in ast.walk(function.node):
            name = (
                node.id
                if isinstance(node, ast.Name)
                else node.attr
                if isinstance(node, ast.Attribute)
                else ""
            )
            if name in _MANAGERS:
                return True
    return False


def overrides(program: Program) -> bool:
    """Say whether anything overrides a dependency; for `program.fact`."""
    return any(
        node.attr == "dependency_overrides"
        for module in program.modules
        for node in module.nodes(ast.Attribute)
    )
