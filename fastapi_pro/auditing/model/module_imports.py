"""Which modules of a program import which: it tells what runs when one is loaded."""

import ast
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi_pro.auditing.model.bindings import FUNCTIONS, import_base
from fastapi_pro.auditing.model.import_paths import file_of, find_other

if TYPE_CHECKING:
    from fastapi_pro.auditing.model.module import Module
    from fastapi_pro.auditing.model.program import Program


def loaded_with(modules: "Iterable[Module]", program: "Program") -> "set[Module]":
    """Return modules, all modules that they import, and the packages around these."""
    by_place = {module.place: module for module in program.modules}
    found: set[Module] = set()
    queue = list(modules)
    while queue:
        module = queue.pop()
        if module not in found:
            found.add(module)
            places = program.once(_places, module, module, program.root.as_posix())
            queue += [by_place[place] for place in places if place in by_place]
    return found


def loading(module: "Module") -> "set[Module]":
    """Return a module of the service and all others of it that load it, directly or by others."""
    program = module.program
    above: dict[str, list[Module]] = defaultdict(list)
    for other in program.service:
        for place in program.once(_places, other, other, program.root.as_posix()):
            above[place].append(other)
    found: set[Module] = set()
    queue = [module]
    while queue:
        current = queue.pop()
        if current not in found:
            found.add(current)
            queue += above[current.place]
    return found


def _places(module: "Module", root: str) -> set[str]:
    """Return the other files that run when a module is loaded."""
    found = {path for part in _imported(module, root) for path in _with_packages(part, root)}
    return found | set(_with_packages(module.place, root))


def run_before(line: int, module: "Module", root: "Module") -> "dict[Module, float] | None":
    """Return the modules that run before a line of a module, each up to a line of its own.

    `root` is loaded first. None if that does not lead to the line.
    """
    program = module.program
    by_place = {other.place: other for other in program.modules}
    reached: dict[Module, float] = {}

    def runs(current: "Module") -> bool:
        if current in reached:
            return False
        for statement in _imports(current):
            reached[current] = statement.lineno
            if current is module and statement.lineno >= line:
                break
            for path in _imported_by(statement, current, program.root.as_posix()):
                places = reversed([*_with_packages(path, program.root.as_posix())])
                if any(runs(by_place[place]) for place in places if place in by_place):
                    return True
        reached[current] = line if current is module else float("inf")
        return current is module

    return reached if runs(root) else None


def _imports(module: "Module") -> list[ast.Import | ast.ImportFrom]:
    """Return the imports that run when a module is loaded, in this order."""
    found: list[ast.Import | ast.ImportFrom] = [*module.nodes(ast.ImportFrom)]
    found += module.nodes(ast.Import)
    at_once = [one for one in found if not any(map(_defers, module.ancestors(one)))]
    return sorted(at_once, key=lambda one: one.lineno)


def _defers(above: ast.AST) -> bool:
    """Say whether what a node holds runs later, or is read by type checkers only."""
    if isinstance(above, ast.If):
        return "TYPE_CHECKING" in ast.unparse(above.test)
    return isinstance(above, FUNCTIONS)


def _imported(module: "Module", root: str) -> Iterator[str]:
    for named in module.nodes(ast.ImportFrom):
        yield from _imported_by(named, module, root)
    for plain in module.nodes(ast.Import):
        yield from _imported_by(plain, module, root)


def _imported_by(
    statement: ast.Import | ast.ImportFrom, module: "Module", root: str
) -> Iterator[str]:
    if isinstance(statement, ast.Import):
        found = [find_other(module.place, root, alias.name) for alias in statement.names]
        yield from filter(None, found)
        return
    base = import_base(statement, module.path.parent)
    for name in ("", *(alias.name for alias in statement.names)):
        if isinstance(base, Path):
            place = base.as_posix()
            path = file_of(f"{place}/{name}" if name else place)
        else:
            path = find_other(module.place, root, f"{base}.{name}" if name else base)
        if path is not None:
            yield path


def _with_packages(path: str, root: str) -> Iterator[str]:
    """Yield a file and the `__init__.py` of each package that holds it."""
    yield path
    folder = path
    while folder not in (root, above := os.path.dirname(folder)):  # noqa: PTH120 -- much faster
        yield f"{above}/__init__.py"
        folder = above
