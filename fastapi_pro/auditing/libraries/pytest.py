"""What pytest sees of a program: tests, fixtures, and which fixtures a test is given."""

import ast
import configparser
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro.auditing.model.legacy import (
    FUNCTIONS,
    At,
    Function,
    Module,
    Program,
    calls_in,
    keyword,
)

_FIXTURES = {"pytest.fixture", "pytest_asyncio.fixture", "pytest.yield_fixture"}
_CLIENTS = {"ASGITransport", "AsyncClient", "TestClient"}
_MOST = 400  # test files that are read beside those of the program


def tests(program: Program) -> list[At]:
    """Return the test functions, wherever they stand; for `program.fact`.

    Tests that no import leads to are read too, where a conftest.py above has a client for them.
    """
    modules = list(program.modules)
    known = {module.path for module in modules}
    for conftest in program.modules:
        if conftest.path.name == "conftest.py" and _has_client(conftest):
            beside = sorted(conftest.path.parent.rglob("test_*.py"))[:_MOST]
            modules += filter(None, (program.module(p) for p in beside if p not in known))
            known.update(beside)
    return [
        At(module, function)
        for module in modules
        for function in module.functions()
        if function.name.startswith("test_") and fixture_name(program, module, function) is None
    ]


def _has_client(module: Module) -> bool:
    return any(alias.name in _CLIENTS for alias in module.nodes(ast.alias)) or any(
        attribute.attr in _CLIENTS for attribute in module.nodes(ast.Attribute)
    )


def fixture_name(program: Program, module: Module, function: Function) -> str | None:
    """Return the name of a fixture; None for any other function."""
    decorator = fixture_decorator(program, module, function)
    if decorator is None:
        return None
    given = keyword(decorator, "name") if isinstance(decorator, ast.Call) else None
    name = program.constant(module, given)
    return name if isinstance(name, str) else function.name


def fixture_decorator(program: Program, module: Module, function: Function) -> ast.expr | None:
    """Return the decorator that makes a function a fixture."""
    for decorator in function.decorator_list:
        func = decorator.func if isinstance(decorator, ast.Call) else decorator
        if isinstance(func, ast.Attribute) and not func.attr.endswith("fixture"):
            continue
        if program.name_of(module, func) in _FIXTURES:
            return decorator
    return None


def is_per_test(program: Program, fixture: At) -> bool:
    """Say whether a fixture is made anew for each test, as all are that name no scope."""
    assert isinstance(fixture.node, FUNCTIONS)
    decorator = fixture_decorator(program, fixture.module, fixture.node)
    scope = keyword(decorator, "scope") if isinstance(decorator, ast.Call) else None
    return scope is None or program.constant(fixture.module, scope) == "function"


def fixtures(program: Program) -> dict[str, list[At]]:
    """Return the fixtures by name; for `program.fact`."""
    found: dict[str, list[At]] = defaultdict(list)
    for module in program.modules:
        for name, at in _of_module(program, module).items():
            found[name].append(at)
    return found


def _tables(_program: Program) -> dict[Module, dict[str, At]]:
    return {}


def _of_module(program: Program, module: Module) -> dict[str, At]:
    tables = program.fact(_tables)
    if module not in tables:
        tables[module] = {
            name: At(module, function)
            for function in module.functions()
            if function.decorator_list and (name := fixture_name(program, module, function))
        }
        for name, bound in module.bindings(module.tree).items():
            origin = program.resolve(module, bound[-1].node) if bound[-1].kind == "def" else None
            if origin is None and bound[-1].kind == "import":
                origin = program._bound(module, bound[-1], 0)  # noqa: SLF001
            if (
                isinstance(origin, At)
                and isinstance(origin.node, FUNCTIONS)
                and fixture_name(program, origin.module, origin.node)
            ):
                tables[module].setdefault(name, origin)
    return tables[module]


def _places(program: Program, module: Module) -> list[Module]:
    """Return where a module's fixtures may stand: it, and each conftest.py above it."""
    known = program.fact(_known_places)
    if module not in known:
        known[module] = [module]
        for folder in module.path.parents:
            conftest = program.module(folder / "conftest.py")
            if conftest is not None and conftest is not module:
                known[module].append(conftest)
            if folder == program.root:
                break
    return known[module]


def _known_places(_program: Program) -> dict[Module, list[Module]]:
    return {}


def fixture(program: Program, module: Module, name: str) -> At | None:
    """Return the fixture that a name stands for in a module."""
    for place in _places(program, module):
        if found := _of_module(program, place).get(name):
            return found
    everywhere = program.fact(fixtures).get(name, ())
    return everywhere[0] if len(everywhere) == 1 else None


def setup(program: Program, test: At) -> list[At]:
    """Return a test or a fixture, the fixtures that it is given, and the helpers that they call."""
    found: dict[At, None] = {}
    queue = [test, *_automatic(program, test.module)]
    while queue:
        function = queue.pop(0)
        if function in found:
            continue
        found[function] = None
        for name in _asked(program, function):
            given = fixture(program, function.module, name)
            if given is not None:
                queue.append(given)
        queue += _helpers(program, function)
    return list(found)


def _helpers(program: Program, function: At) -> Iterator[At]:
    """Yield the functions that a test or fixture calls by name and that are tests' own."""
    for call in calls_in(function.node):
        origin = program.resolve(function.module, call.func)
        if (
            isinstance(origin, At)
            and isinstance(origin.node, FUNCTIONS)
            and (origin.module is function.module or origin.module.is_test)
        ):
            yield origin


def _automatic(program: Program, module: Module) -> Iterator[At]:
    """Yield the fixtures that every test of a module is given, unasked."""
    for place in _places(program, module):
        for at in _of_module(program, place).values():
            assert isinstance(at.node, FUNCTIONS)
            decorator = fixture_decorator(program, at.module, at.node)
            if isinstance(decorator, ast.Call) and program.constant(
                at.module, keyword(decorator, "autouse")
            ):
                yield at


def _asked(program: Program, function: At) -> Iterator[str]:
    node, module = function.node, function.module
    assert isinstance(node, FUNCTIONS)
    for arg in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
        yield arg.arg
    for call in marks(module, node):
        if isinstance(call, ast.Call) and program.call_name(module, call).endswith(".usefixtures"):
            yield from _texts(call.args)
    for call in calls_in(node):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "getfixturevalue":
            yield from _texts(call.args[:1])


def _texts(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def marks(module: Module, function: Function) -> list[ast.expr]:
    """Return the marks of a test: of itself, of its class, and its module's `pytestmark`."""
    found = list(function.decorator_list)
    owner = module.class_of(function)
    if owner is not None:
        found += owner.decorator_list
    for scope in (owner, module.tree):
        for binding in module.bindings(scope).get("pytestmark", []) if scope is not None else ():
            value = binding.node
            if isinstance(value, (ast.List, ast.Tuple)):
                found += value.elts
            elif isinstance(value, ast.expr):
                found.append(value)
    return found


def options(program: Program) -> dict[str, str]:
    """Return pytest's options of the files that configure it above the modules; for `fact`."""
    found: dict[str, str] = {}
    folders = {m.path.parent for m in program.modules}
    folders |= {f for folder in folders for f in folder.parents if program.root in (f, *f.parents)}
    for folder in sorted(folders):
        for name in ("setup.cfg", "tox.ini", "pyproject.toml", "pytest.ini", ".pytest.ini"):
            found |= _options(folder / name)
    return found


def _options(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return {}
    if path.suffix == ".toml":
        try:
            table = tomllib.loads(text).get("tool", {}).get("pytest", {})
            given = {**table, **table.get("ini_options", {})}
        except (tomllib.TOMLDecodeError, AttributeError, TypeError):
            return {}
        return {key: str(value) for key, value in given.items()}
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return {}
    section = "tool:pytest" if path.name == "setup.cfg" else "pytest"
    return dict(parser[section]) if parser.has_section(section) else {}
