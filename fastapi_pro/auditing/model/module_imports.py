"""Which modules of a program import which: it tells what runs when one is loaded."""

import ast
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi_pro.auditing.model.bindings import import_base
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
            places = program.once(_places, module, module, str(program.root))
            queue += [by_place[place] for place in places if place in by_place]
    return found


def _places(module: "Module", root: str) -> set[str]:
    """Return the other files that run when a module is loaded."""
    found = {path for part in _imported(module, root) for path in _with_packages(part, root)}
    return found | set(_with_packages(module.place, root))


def _imported(module: "Module", root: str) -> Iterator[str]:
    for statement in module.nodes(ast.ImportFrom):
        base = import_base(statement, module.path.parent)
        for name in ("", *(alias.name for alias in statement.names)):
            if isinstance(base, Path):
                path = file_of(f"{base}/{name}" if name else str(base))
            else:
                path = find_other(module.place, root, f"{base}.{name}" if name else base)
            if path is not None:
                yield path
    for plain in module.nodes(ast.Import):
        for alias in plain.names:
            if path := find_other(module.place, root, alias.name):
                yield path


def _with_packages(path: str, root: str) -> Iterator[str]:
    """Yield a file and the `__init__.py` of each package that holds it."""
    yield path
    folder = path
    while folder not in (root, above := os.path.dirname(folder)):  # noqa: PTH120 -- much faster
        yield f"{above}/__init__.py"
        folder = above
