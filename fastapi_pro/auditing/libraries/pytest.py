"""What pytest sees of a program: tests, fixtures, and which fixtures a test gets."""

import ast
import configparser
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact
from fastapi_pro.auditing.sources.walk import collect

_FIXTURES = {"pytest.fixture", "pytest_asyncio.fixture", "pytest.yield_fixture"}
_CLIENTS = ("ASGITransport", "AsyncClient", "TestClient")
_NAMED = re.compile(rb"(?:\bdef +|\bname *= *[\"'])(\w+)")
_MOST = 400  # test files that are read beside those of the program


@dataclass(frozen=True, eq=False)
class Test:
    """A test function or method."""

    function: Node

    @property
    def name(self) -> str:
        """The name of the function."""
        return self.function.name

    @property
    def marks(self) -> list[Node]:
        """Its own decorators, those of its class, and the `pytestmark` of class and module."""
        return _marks(self.function)

    @cached_property
    def setup(self) -> list[Node]:
        """The test, the fixtures that it gets, and the helpers that all of them call."""
        found: dict[ast.AST, Node] = {}
        queue = [self.function, *_automatic(self.function.module)]
        for function in queue:  # grows while it is walked
            if function.ast not in found:
                found[function.ast] = function
                queue += function.program.once(_given_to, function.ast, function)
        return list(found.values())


@dataclass(frozen=True, eq=False)
class Fixture:
    """A fixture: its function and its decorator."""

    function: Node
    decorator: Node

    @property
    def name(self) -> str:
        """What tests call it: `name=` of the decorator, else the function's name."""
        name = self.decorator.keyword("name").constant
        return name if isinstance(name, str) else self.function.name

    @property
    def is_per_test(self) -> bool:
        """Whether it is made for each test, which is the default scope."""
        scope = self.decorator.keyword("scope")
        return not scope or scope.constant == "function"

    @property
    def is_automatic(self) -> bool:
        """Whether every test gets it without asking (autouse)."""
        return bool(self.decorator.keyword("autouse").constant)


def tests(program: Program) -> Iterator[Test]:
    """Yield the tests, wherever they stand."""
    return (test for module in test_modules(program) for test in tests_in(module))


def tests_in(module: Module) -> list[Test]:
    """Return the tests of a module."""
    return module.program.once(_tests_in, module, module)


def _tests_in(module: Module) -> list[Test]:
    functions = (f for f in module.functions() if f.name.startswith("test_"))
    named = (Node(module, function) for function in functions)
    return [Test(function) for function in named if as_fixture(function) is None]


@fact
def test_modules(program: Program) -> list[Module]:
    """Return the modules that may contain tests.

    Tests that nothing imports are read too, if a conftest.py above them has a client for them.
    """
    modules = list(program.modules)
    known = {module.path for module in modules}
    for conftest in program.modules:
        if conftest.path.name == "conftest.py" and conftest.mentions(*_CLIENTS):
            files, _ = collect([conftest.path.parent])
            beside = [path for path in files if path.name.startswith("test_")][:_MOST]
            others = [path.as_posix() for path in beside if path not in known]
            modules += filter(None, map(program.module, others))
            known.update(beside)
    return [module for module in modules if module.says("test_")]


def as_fixture(function: Node) -> Fixture | None:
    """Return the fixture that a function is, None where it is none."""
    for decorator in function.decorators:
        is_other = decorator.member and not decorator.member.endswith("fixture")
        if not is_other and decorator.func.library_name in _FIXTURES:
            return Fixture(function, decorator)
    return None


def fixtures_in(module: Module) -> list[Fixture]:
    """Return the fixtures that a module defines."""
    decorated = (f for f in module.functions() if f.decorator_list)
    return [found for f in decorated if (found := as_fixture(Node(module, f))) is not None]


def fixtures(program: Program, name: str) -> list[Fixture]:
    """Return the fixtures of a name."""
    return program.once(_fixtures, name, program, name)


def _fixtures(program: Program, name: str) -> list[Fixture]:
    named = [_known_in(module) for module in _naming(program).get(name.encode(), ())]
    return [known[name] for known in named if name in known]


@fact
def _naming(program: Program) -> dict[bytes, list[Module]]:
    """Return the modules whose text may define a fixture, for each name."""
    found: dict[bytes, list[Module]] = defaultdict(list)
    for module in program.modules:
        for name in set(_NAMED.findall(module.source)) if module.says("fixture") else ():
            found[name].append(module)
    return found


def fixture(module: Module, name: str) -> Fixture | None:
    """Return the fixture that a parameter with this name gets in a module."""
    return module.program.once(_work_out_fixture, (module, name), module, name)


def _work_out_fixture(module: Module, name: str) -> Fixture | None:
    for place in _places(module):
        if found := _known_in(place).get(name):
            return found
    everywhere = fixtures(module.program, name)
    return everywhere[0] if len(everywhere) == 1 else None


def _known_in(module: Module) -> dict[str, Fixture]:
    """Return the fixtures that a module defines or imports, by name."""
    return module.program.once(_work_out_known, module, module)


def _work_out_known(module: Module) -> dict[str, Fixture]:
    found = {one.name: one for one in fixtures_in(module)}
    for name, bound in module.bindings(module.tree).items():
        if bound[-1].kind == "import":
            origin = module.program.origin_of_binding(module, bound[-1])
            imported = as_fixture(origin) if isinstance(origin, Node) else None
            if imported is not None:
                found.setdefault(name, imported)
    return found


def _places(module: Module) -> list[Module]:
    """Return the files that may define a module's fixtures: it, and each conftest.py above."""
    return module.program.once(_work_out_places, module, module)


def _work_out_places(module: Module) -> list[Module]:
    program, found = module.program, [module]
    for folder in module.path.parents:
        conftest = program.module((folder / "conftest.py").as_posix())
        if conftest is not None and conftest is not module:
            found.append(conftest)
        if folder == program.root:
            break
    return found


def _automatic(module: Module) -> list[Node]:
    """Return the functions of the fixtures that every test of a module gets (autouse)."""
    return module.program.once(_work_out_automatic, module, module)


def _work_out_automatic(module: Module) -> list[Node]:
    known = [one for place in _places(module) for one in _known_in(place).values()]
    return [one.function for one in known if one.is_automatic]


def _given_to(function: Node) -> list[Node]:
    """Return the fixtures that a test or fixture asks for, and the helpers that it calls."""
    given = (fixture(function.module, name) for name in _asked(function))
    return [*(one.function for one in given if one is not None), *_helpers(function)]


def _helpers(function: Node) -> Iterator[Node]:
    """Yield the test helpers that a test or fixture calls by name."""
    for call in function.calls:
        helper = call.func.definition
        if helper.is_function and (helper.module is function.module or helper.module.is_test):
            yield helper


def _asked(function: Node) -> Iterator[str]:
    """Yield the names of the fixtures that a test or fixture asks for."""
    for parameter in function.parameters:
        yield parameter.name
    named = [
        a for mark in _marks(function) if mark.called.endswith(".usefixtures") for a in mark.args
    ]
    named += [
        a for call in function.calls if call.member == "getfixturevalue" for a in call.args[:1]
    ]
    for argument in named:
        if isinstance(argument.literal, str):
            yield argument.literal


def _marks(function: Node) -> list[Node]:
    owner = function.enclosing_class
    found = function.decorators + owner.decorators
    for scope in (owner, function.at(function.module.tree)):
        for binding in scope.bindings("pytestmark"):
            value = scope.at(binding.node)
            if isinstance(value.ast, ast.expr):
                found += value.elements or [value]
    return found


@fact
def options(program: Program) -> dict[str, str]:
    """Return pytest's options of the files that configure it above the modules."""
    found: dict[str, str] = {}
    folders = {m.path.parent for m in program.modules}
    folders |= {f for folder in folders for f in folder.parents if program.root in (f, *f.parents)}
    for folder in sorted(folders):
        for name in ("setup.cfg", "tox.ini", "pyproject.toml", "pytest.ini", ".pytest.ini"):
            found |= _options(folder / name)
    return found


def _options(path: Path) -> dict[str, str]:
    try:
        text = project_files.read(path).decode()
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
