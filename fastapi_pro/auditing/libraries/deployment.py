"""What a program depends on: what stands beside its code."""

import ast
import functools
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi_pro.auditing.model.module import Module
from fastapi_pro.auditing.model.program import Program, fact

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(?:\[([^\]]*)\])?\s*(.*)")

_LOCK = 10_000_000  # bytes; a lock file lists every wheel
_BLOCK = 3  # lines at least, of a script's block


@dataclass(frozen=True, slots=True)
class Requirement:
    """One declared dependency; `versions` is the rest of it, such as ">=2,<5"."""

    name: str
    extras: frozenset[str]
    versions: str
    path: Path
    line: int


@fact
def requirements(program: Program) -> list[Requirement]:
    """Return what pyproject.toml and requirements*.txt above the modules declare."""
    return [found for folder in _folders(program) for found in _of_folder(folder)]


@fact
def packages(program: Program) -> set[str]:
    """Return the packages that are declared, and what is imported outside tests."""
    aliases = (alias for module in program.code for alias in module.nodes(ast.alias))
    imported = {alias.name.partition(".")[0] for alias in aliases}
    return imported | {requirement.name for requirement in requirements(program)}


@functools.cache
def _of_folder(folder: Path) -> tuple[Requirement, ...]:
    found: list[Requirement] = []
    for path in (folder / "pyproject.toml", *sorted(folder.glob("requirements*.txt"))):
        if text := _text(path):
            found += _of_pyproject(path, text) if path.suffix == ".toml" else _of_lines(path, text)
    return tuple(found)


def declared(program: Program, name: str) -> list[Requirement]:
    """Return the declarations of one package."""
    return [r for r in requirements(program) if r.name == name]


def locked(program: Program, name: str) -> list[str]:
    """Return the versions of a package that uv.lock, poetry.lock or pdm.lock hold."""
    entry = re.compile(rf'(?m)^name = "{re.escape(name)}"\nversion = "([^"]+)"')
    return [
        match[1]
        for folder in _folders(program)
        for file in ("uv.lock", "poetry.lock", "pdm.lock")
        for match in entry.finditer(_lock(folder / file))
    ]


@functools.cache
def _lock(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size < _LOCK else ""
    except (OSError, UnicodeDecodeError):
        return ""


@fact
def reads_all_requirements(program: Program) -> bool:
    """Say whether no requirements file includes another one that was not read."""
    read = {requirement.path for requirement in requirements(program)}
    return not any(_included(path) - read for path in read if path.suffix == ".txt")


def _included(path: Path) -> set[Path]:
    lines = re.finditer(r"(?m)^\s*(?:-r|--requirement)[ =]*(\S+)", _text(path))
    return {path.parent / match[1] for match in lines}


def script_requirements(module: Module) -> list[Requirement]:
    """Return what a script's own block (PEP 723) declares; it stands before all statements."""
    if not module.tree.body or module.tree.body[0].lineno <= _BLOCK:
        return []
    source = _text(module.path)
    match = re.search(r"(?m)^# /// script\r?\n((?:^#(?: .*)?\r?\n)+?)^# ///\s*$", source)
    if match is None:
        return []
    try:
        listed = tomllib.loads(re.sub(r"(?m)^# ?", "", match[1])).get("dependencies", [])
    except tomllib.TOMLDecodeError:
        return []
    first = source.count("\n", 0, match.start(1)) + 1
    lines = match[1].splitlines()
    found: list[Requirement] = []
    for item in listed if isinstance(listed, list) else ():
        if isinstance(item, str):
            line = next((number for number, text in enumerate(lines) if item in text), 0)
            found += _parse(item, module.path, first + line)
    return found


@fact
def _folders(program: Program) -> list[Path]:
    """Return the folders from the modules up to the root, sorted."""
    found: set[Path] = set()
    for module in program.modules:
        folder = module.path.parent
        while folder not in found and (folder == program.root or program.root in folder.parents):
            found.add(folder)
            folder = folder.parent
    return sorted(found)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8") if path.stat().st_size < 1_000_000 else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _of_pyproject(path: Path, text: str) -> list[Requirement]:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return []
    project, poetry = _table(data, "project"), _table(data, "tool", "poetry")
    lists = [project.get("dependencies"), *_table(project, "optional-dependencies").values()]
    lists += _table(data, "dependency-groups").values()
    items = [item for listed in lists if isinstance(listed, list) for item in listed]
    tables = [_table(poetry, "dependencies")]
    tables += [_table(poetry, "group", name, "dependencies") for name in _table(poetry, "group")]
    items += [_of_poetry(name, value) for table in tables for name, value in table.items()]
    lines = text.splitlines()
    found = []
    for item in items:
        if isinstance(item, str):
            name = re.split(r"[\[ ]", item)[0]
            starts = (f"{name} =", f"{name}=", f'"{name}" =')
            numbered = enumerate(lines, start=1)
            line = next((n for n, s in numbered if item in s or s.lstrip().startswith(starts)), 1)
            found += _parse(item, path, line)
    return found


def _table(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return a table inside a table, empty where there is none."""
    for key in keys:
        value = data.get(key)
        data = value if isinstance(value, dict) else {}
    return data


def _of_poetry(name: str, value: object) -> str:
    """Return an entry of poetry's table in the form of a requirement."""
    if not isinstance(value, dict):
        return f"{name} {value}"
    extras = value.get("extras")
    listed = ",".join(map(str, extras)) if isinstance(extras, list) else ""
    return f"{name}[{listed}] {value.get('version', '')}"


def _of_lines(path: Path, text: str) -> list[Requirement]:
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.lstrip().startswith(("#", "-")):
            found += _parse(line.partition(" #")[0], path, number)
    return found


def _parse(item: str, path: Path, line: int) -> list[Requirement]:
    match = _NAME.match(item)
    if match is None:
        return []
    name = re.sub(r"[-_.]+", "-", match[1]).lower()
    extras = frozenset(e.strip().lower() for e in (match[2] or "").split(",") if e.strip())
    return [Requirement(name, extras, match[3].strip(), path, line)]
