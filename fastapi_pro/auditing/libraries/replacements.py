"""What tests put something else in the place of: dependencies, and names that they patch."""

import ast

from fastapi_pro.auditing.libraries.fastapi import parameters
from fastapi_pro.auditing.libraries.test_clients import overrides
from fastapi_pro.auditing.model.call_graph import reached
from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.node import Node
from fastapi_pro.auditing.model.program import Program, fact

_PATCHES = ("setattr", "patch", "object")  # monkeypatch.setattr, mocker.patch, patch.object


@fact
def test_files(program: Program) -> list[Module]:
    """Return the tests of a program, and the conftest.py above them, which nothing imports."""
    tests = [module for module in program.modules if module.is_test]
    folders = {folder for module in tests for folder in module.path.parents}
    inside = [f for f in sorted(folders) if program.root in (f, *f.parents)]
    found = [program.module((folder / "conftest.py").as_posix()) for folder in inside]
    return list(dict.fromkeys([*tests, *(module for module in found if module is not None)]))


@fact
def patched(program: Program) -> set[str]:
    """Return the last names of what tests patch: of `setattr("app.db.pool", x)` it is "pool"."""
    found: set[str] = set()
    for module in test_files(program):
        for name in _PATCHES:
            for call in module.calls_by_name.get(name, ()):
                texts = (argument.constant for argument in Node(module, call).args[:2])
                found |= {text.rpartition(".")[2] for text in texts if isinstance(text, str)}
        for written in module.nodes(ast.Attribute):
            if isinstance(written.ctx, ast.Store):
                found.add(written.attr)
    return found


@fact
def overridden(program: Program) -> set[Node]:
    """Return the dependencies that tests override, and what runs for these alone, perhaps."""
    found = {dependency for module in test_files(program) for dependency in _overridden_in(module)}
    queue = list(found)
    for function in queue:  # grows while it is walked
        inner = (p.dependency.target for p in parameters(function) if p.dependency is not None)
        queue += [target for target in inner if target and target not in queue]
    return reached(target.method("__init__") if target.is_class else target for target in queue)


def _overridden_in(module: Module) -> list[Node]:
    """Return what `overrides[get_db] = ...` and `overrides.update({get_db: ...})` replace."""
    found = []
    for override in overrides(module):
        tables = [] if override.index else override.statement.walk(ast.Dict)
        keys = [override.index, *(key for table in tables for key, _ in table.entries)]
        found += [key.definition for key in keys if key.definition]
    return found
