"""What the files of one folder require, in every format in which projects declare it."""

import ast
import configparser
import fnmatch
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi_pro.auditing.libraries.requirements import (
    Requirement,
    names_dev,
    of_commands,
    of_egg,
    of_file,
    parse,
)
from fastapi_pro.auditing.libraries.text_files import read_text
from fastapi_pro.auditing.model import project_files

REQUIREMENTS = (
    "*requirements*.txt",
    "*requirements*.in",
    "*requirements*.lock",
    "requires.txt",
)
_FOLDERS = frozenset({"build", "conf", "config", "deploy", "deployment", "docker", "etc", "ops"})
"""Folders of a project's settings, whose requirements are those of the code beside them."""
_CONDA = ("environment*.y*ml", "env.y*ml", "conda*.y*ml")
_COMMANDS = ("Dockerfile*", "*.Dockerfile", "*.dockerfile", "Containerfile")
_READ_BY_SETUP = re.compile(r"""["']([\w./-]+\.(?:txt|in|pip))["']""")


@project_files.kept
def declared_in(folder: Path) -> tuple[Requirement, ...]:
    """Return the requirements that the files of a folder declare, each once."""
    names = project_files.names(folder)
    found: list[Requirement] = []
    for name, read in _READERS.items():
        if name in names:
            found += read(folder / name)
    for patterns, read in _PATTERNS.items():
        for name in _matching(names, patterns):
            found += read(folder / name)
    if "requirements" in names:
        for name in _matching(project_files.names(folder / "requirements"), ("*.txt", "*.in")):
            found += of_file(folder / "requirements" / name)
    for inner in sorted(names & _FOLDERS):
        for name in _matching(project_files.names(folder / inner), REQUIREMENTS):
            found += of_file(folder / inner / name)
    if "docker" in names:
        for name in _matching(project_files.names(folder / "docker"), _COMMANDS):
            found += of_commands(folder / "docker" / name)
    for name in _matching(names, ("*.egg-info",)):
        found += of_egg(folder / name / "requires.txt")
    return tuple(dict.fromkeys(found))


@project_files.kept
def scripts_in(folder: Path) -> dict[str, str]:
    """Return the commands that a folder's pyproject.toml installs, with what they call."""
    data = _toml(read_text(folder / "pyproject.toml"))
    found = _table(data, "tool", "poetry", "scripts") | _table(data, "project", "scripts")
    return {name: target for name, target in found.items() if isinstance(target, str)}


def requirements_files(folder: Path) -> list[Path]:
    """Return pip's requirements files of a folder."""
    return [folder / name for name in _matching(project_files.names(folder), REQUIREMENTS)]


def _matching(names: frozenset[str], patterns: tuple[str, ...]) -> list[str]:
    return sorted(n for n in names if any(fnmatch.fnmatchcase(n, p) for p in patterns))


def _of_pyproject(path: Path) -> Iterator[Requirement]:
    text = read_text(path)
    data = _toml(text)
    lines = text.split("\n")
    project, tool = _table(data, "project"), _table(data, "tool")
    uv, poetry = _table(tool, "uv"), _table(tool, "poetry")
    lists = [
        ("", project.get("dependencies")),
        *_table(project, "optional-dependencies").items(),
        *(("dev", listed) for listed in _table(data, "dependency-groups").values()),
        ("", uv.get("constraint-dependencies")),
        ("dev", uv.get("dev-dependencies")),
        *(("dev", listed) for listed in _table(tool, "pdm", "dev-dependencies").values()),
    ]
    items = [(group, x) for group, each in lists if isinstance(each, list) for x in each]
    tables = [("", _table(poetry, "dependencies")), ("dev", _table(poetry, "dev-dependencies"))]
    tables += [
        (name, _table(poetry, "group", name, "dependencies")) for name in _table(poetry, "group")
    ]
    tables += [("", _table(tool, "pixi", name)) for name in ("dependencies", "pypi-dependencies")]
    items += [(group, item) for group, table in tables for item in _of_table(table)]
    for group, item in items:
        if isinstance(item, str):
            for found in parse(item, path, _line_of(lines, item)):
                yield replace(found, is_dev=names_dev(group))
    for name in _read_dynamically(tool):
        yield from of_file(path.parent / name)


def _line_of(lines: list[str], item: str) -> int:
    """Return the place of an item: as a text, or as the key of a table."""
    name = re.split(r"[\[ ]", item)[0]
    starts = (f"{name} =", f"{name}=", f'"{name}" =')
    numbered = enumerate(lines, start=1)
    return next((n for n, s in numbered if item in s or s.lstrip().startswith(starts)), 1)


def _read_dynamically(tool: dict[str, Any]) -> Iterator[str]:
    """Yield the files that setuptools or hatch read dependencies from."""
    dynamic = _table(tool, "setuptools", "dynamic", "dependencies").get("file")
    hatch = _table(tool, "hatch", "metadata", "hooks", "requirements_txt").get("files")
    for given in (dynamic, hatch):
        listed = [given] if isinstance(given, str) else given
        yield from (x for x in listed if isinstance(x, str)) if isinstance(listed, list) else ()


def _of_table(table: dict[str, Any]) -> Iterator[str]:
    """Yield the entries of a table such as Poetry's in the form of requirements."""
    for name, value in table.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, str):
                yield f"{name} {one}"
            elif isinstance(one, dict):
                yield _of_entry(name, one)


def _of_entry(name: str, entry: dict[str, Any]) -> str:
    extras = entry.get("extras")
    listed = ",".join(map(str, extras)) if isinstance(extras, list) else ""
    version = str(entry.get("version", ""))
    marker = str(entry.get("markers", ""))
    if python := entry.get("python"):
        marker = " and ".join(
            f'python_version {operator} "{number}"'
            for operator, number in re.findall(r"([<>=!~^]+)\s*([\d.]+)", str(python))
        )
    return f"{name}[{listed}] {version}" + (f"; {marker}" if marker else "")


def _of_pipfile(path: Path) -> Iterator[Requirement]:
    data = _toml(read_text(path))
    for section in ("packages", "dev-packages"):
        for item in _of_table(_table(data, section)):
            for found in parse(item, path, 1):
                yield replace(found, is_dev=section != "packages")


def _of_setup_cfg(path: Path) -> Iterator[Requirement]:
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(read_text(path))
    except configparser.Error:
        return
    listed = [("", parser.get("options", "install_requires", fallback=""))]
    if parser.has_section("options.extras_require"):
        listed += parser.items("options.extras_require")
    for group, text in listed:
        if text.startswith("file:"):
            for name in text.removeprefix("file:").split(","):
                yield from of_file(path.parent / name.strip())
            continue
        for line in text.split("\n"):
            for found in parse(line, path, 1):
                yield replace(found, is_dev=names_dev(group))


def _of_setup_py(path: Path) -> Iterator[Requirement]:
    """Yield what setup.py lists literally, and the contents of the files that it names."""
    text = read_text(path)
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    names = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "install_requires":
            for constant in _strings(node.value, names):
                yield from parse(str(constant.value), path, constant.lineno)
    for match in _READ_BY_SETUP.finditer(text):
        yield from of_file(path.parent / match[1])


def _strings(value: ast.expr, names: dict[str, ast.expr]) -> Iterator[ast.Constant]:
    """Yield the strings of a list, of lists added up, and of the list behind a name."""
    match value:
        case ast.Name(id=name) if name in names:
            yield from _strings(names[name], {})
        case ast.BinOp(left=left, right=right):
            yield from _strings(left, names)
            yield from _strings(right, names)
        case ast.List(elts=elts) | ast.Tuple(elts=elts):
            for element in elts:
                if isinstance(element, ast.Constant) and isinstance(element.value, str):
                    yield element


def _of_conda(path: Path) -> Iterator[Requirement]:
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        match = re.match(r"""\s*-\s+["']?(?:[\w-]+::)?([A-Za-z][^#"']*)""", line)
        if match and not match[1].rstrip().endswith(":"):
            # the third part names a build: fastapi=0.116.1=pyhd8ed1ab_0
            item = re.sub(r"(?<![=<>!~])=([\w.*]+)=\w+\s*$", r"=\1", match[1].strip())
            yield from parse(item, path, number)


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _table(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return a table inside a table, empty where there is none."""
    for key in keys:
        value = data.get(key)
        data = value if isinstance(value, dict) else {}
    return data


_Reader = Callable[[Path], Iterator[Requirement]]
_READERS: dict[str, _Reader] = {
    "pyproject.toml": _of_pyproject,
    "Pipfile": _of_pipfile,
    "setup.cfg": _of_setup_cfg,
    "setup.py": _of_setup_py,
}
_PATTERNS: dict[tuple[str, ...], _Reader] = {
    REQUIREMENTS: of_file,
    _CONDA: _of_conda,
    _COMMANDS: of_commands,
}
