"""Which files are audited: Python files below the named folders, and the files that start them.

Paths are strings while walking, because 20,000 Path objects would take longer than the walk.
"""

import errno
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fastapi_pro.auditing.finding import UNREADABLE, Finding
from fastapi_pro.auditing.model.project_files import CACHES
from fastapi_pro.auditing.sources.deploy_files import is_deploy_file, may_be_deploy_file
from fastapi_pro.auditing.sources.gitignore import Decides, Patterns, is_ignored
from fastapi_pro.auditing.sources.gitignore_files import patterns_above, patterns_in
from fastapi_pro.auditing.sources.parse import MAKE_READABLE
from fastapi_pro.paths import INSTALL_RECORD

_VENDORED = {"_vendor", "third_party", "vendor", "vendored"}
_PACKAGES = {"__pypackages__", "dist-packages", "node_modules", "site-packages"}
_ASSISTANTS = {".agents", ".claude", ".codex", ".cursor", ".gemini", ".opencode"}
_PROJECT = ("pyproject.toml", "setup.py", "setup.cfg", ".git")
_LISTED = ("requirements.txt", "Pipfile", "uv.lock", "poetry.lock", "pdm.lock", "environment.yml")
"""Files that mark a project if no folder above has a better mark."""
_NO_LINK = "Remove the link, or `--exclude` it"
_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]+(\w+)", re.MULTILINE)
LEFT_ALONE = frozenset({".git", ".hg", ".svn"} | CACHES | _VENDORED | _PACKAGES | _ASSISTANTS)
"""Folders of other people's code, of caches, and of assistants, which contain skills.

Virtual environments are known by pyvenv.cfg, skills elsewhere by what install.py writes.
"""


@dataclass
class _Walk:
    """What a walk has seen: real paths with the shown paths, and links to follow at its end."""

    exclude: Sequence[Decides]
    files: dict[str, str] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)
    links: list[tuple[str, str]] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    unreadable: list[Finding] = field(default_factory=list)


def collect(
    paths: Sequence[Path], exclude: Sequence[Decides] = ()
) -> tuple[list[Path], list[Finding]]:
    """Return the files to audit, absolute and sorted, and those that could not be read.

    `paths` exist: files are taken whatever their name is, folders are searched. A named folder is
    searched even if its name is one that is usually skipped. `exclude` excludes more.
    """
    walk = _Walk(exclude)
    for path in paths:
        shown, real = os.path.abspath(path), os.path.realpath(path)  # noqa: PTH100 -- the name of a link is what the user knows
        if os.path.isdir(real):  # noqa: PTH112 -- a string, as everywhere in this module
            walk.roots.append(real)
            _search(walk, real, shown, is_named=True)
        else:
            walk.files.setdefault(real, shown)
    while walk.links:
        pending, walk.links = sorted(walk.links), []
        for real, shown in pending:
            _follow(walk, real, shown)
    files = sorted(set(walk.files.values()))
    return [Path(file) for file in files], sorted(walk.unreadable)


def project(paths: Sequence[Path]) -> Path:
    """Return the folder of the project that the paths belong to: imports are looked up below it.

    It is the nearest folder above them with a pyproject.toml, a setup.py, a setup.cfg or .git, else
    with a list of requirements, else the folder that contains all of them and their packages.
    """
    common = _common(paths)
    return _marked(common) or _holder(common)


def rest_of_project(paths: Sequence[Path], exclude: Sequence[Decides] = ()) -> list[Path]:
    """Return the other files of the projects of named files, which help to understand them.

    A folder without a mark of a project has unknown limits. For a file in one, these are the files
    next to it, its package, and the folders that it imports from.
    """
    top = project(paths)
    if any(path.resolve() == top for path in paths):
        return []
    if _marked(_common(paths)):
        return collect([top], exclude)[0]
    named = [Path(os.path.abspath(path)) for path in paths]  # noqa: PTH100 -- as in `collect`
    found = {part for file in named if file.is_file() for part in _around(file)}
    return collect(sorted(found), exclude)[0]


def _around(file: Path) -> list[Path]:
    """Return the project of a file, else the files and folders that may belong to it."""
    if marked := _marked(file.parent):
        return [marked]
    holder = _holder(file.parent)
    names = {file.relative_to(holder).parts[0], *_imported(file)}
    return [*holder.glob("*.py"), *(holder / name for name in names if (holder / name).is_dir())]


def _common(paths: Sequence[Path]) -> Path:
    folders = [path if path.is_dir() else path.parent for path in map(Path.resolve, paths)]
    return Path(os.path.commonpath(folders))


def _marked(folder: Path) -> Path | None:
    """Return the nearest folder, this one or one above, that is marked as a project."""
    for marks in (_PROJECT, _LISTED):
        for above in (folder, *folder.parents):
            if any(os.path.exists(above / name) for name in marks):  # noqa: PTH110 -- False where it may not look
                return above
    return None


def _holder(folder: Path) -> Path:
    """Return the folder that contains the package of a folder, else the folder itself."""
    while os.path.exists(folder / "__init__.py"):  # noqa: PTH110 -- as above
        folder = folder.parent
    return folder


def _imported(path: Path) -> set[str]:
    """Return the first parts of what a file imports."""
    try:
        text = path.read_text("utf-8", "replace")
    except OSError:
        return set()
    return set(_IMPORT.findall(text))


def display(path: Path, root: Path) -> str:
    """Return a path as it is shown: below `root` relative to it, else absolute, with slashes."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _search(walk: _Walk, real: str, shown: str, *, is_named: bool = False) -> None:
    """Take the Python files below a folder, and remember the links for later."""
    waiting = [(real, shown, patterns_above(real), is_named)]
    while waiting:
        real, shown, stack, is_named = waiting.pop()
        if real in walk.folders:
            continue
        try:
            with os.scandir(real) as listing:
                entries = list(listing)
        except OSError as error:
            walk.folders.add(real)
            told = f"the folder cannot be listed: {error.strerror}"
            _report(walk, shown, told, MAKE_READABLE)
            continue
        if not is_named and _is_foreign(real, entries):
            continue
        walk.folders.add(real)
        if any(entry.name == ".gitignore" for entry in entries) and (own := patterns_in(real)):
            stack = [own, *stack]
        above = (_join(real, ""), _join(shown, ""))
        waiting += [(*pair, stack, False) for pair in _sort_out(walk, entries, above, stack)]


def _sort_out(
    walk: _Walk, entries: list[os.DirEntry[str]], above: tuple[str, str], stack: list[Patterns]
) -> Iterator[tuple[str, str]]:
    """Take the files among the entries of a folder, and yield the folders to search."""
    real_above, shown_above = above
    for entry in entries:
        name = entry.name
        is_link = entry.is_symlink()
        is_folder = not is_link and entry.is_dir(follow_symlinks=False)
        if not (is_folder or is_link or name.endswith(".py") or may_be_deploy_file(name)):
            continue
        real, shown = real_above + name, shown_above + name
        if walk.exclude and is_ignored(walk.exclude, os.fsencode(shown), is_folder=is_folder):
            continue
        if name in LEFT_ALONE:
            continue
        if stack and is_ignored(stack, os.fsencode(real), is_folder=is_folder):
            continue
        if is_link:
            walk.links.append((real, shown))
        elif is_folder:
            yield real, shown
        elif entry.is_file(follow_symlinks=False) and (
            name.endswith(".py") or is_deploy_file(real)
        ):
            walk.files.setdefault(real, shown)


def _is_foreign(real: str, entries: list[os.DirEntry[str]]) -> bool:
    """Say whether a folder is a virtual environment, setuptools' `build` or an installed skill."""
    names = {entry.name for entry in entries}
    if "pyvenv.cfg" in names or {"SKILL.md", INSTALL_RECORD} <= names:
        return True
    return "lib" in names and real.endswith(f"{os.sep}build")


def _follow(walk: _Walk, link: str, shown: str) -> None:
    """Take the target of a link, unless it was taken or skipped before, or contains the link.

    If the target is within the searched folders, the search has already taken or skipped it.
    """
    try:
        mode = os.stat(link).st_mode  # noqa: PTH116 -- a string, as everywhere in this module
    except OSError as error:
        if error.errno == errno.ELOOP:
            _report(walk, shown, "the link leads in a circle", _NO_LINK, "low")
        return
    real = os.path.realpath(link)
    is_within = any(_holds(root, real) for root in walk.roots)
    if stat.S_ISDIR(mode):
        above = os.path.realpath(Path(link).parent)
        if _holds(real, above):
            told = "the link leads to a folder that holds it; it is not followed"
            _report(walk, shown, told, _NO_LINK, "low")
        elif not is_within and LEFT_ALONE.isdisjoint(Path(os.path.relpath(real, above)).parts):
            _search(walk, real, shown)
    elif stat.S_ISREG(mode) and shown.endswith(".py") and not (is_within and real.endswith(".py")):
        walk.files.setdefault(real, shown)


def _holds(folder: str, path: str) -> bool:
    return path == folder or path.startswith(_join(folder, ""))


def _join(folder: str, name: str) -> str:
    return os.path.join(folder, name)  # noqa: PTH118 -- a string, as everywhere in this module


def _report(walk: _Walk, shown: str, message: str, fix: str, severity: str = "") -> None:
    walk.unreadable.append(Finding(shown, 1, 1, UNREADABLE, message, severity, fix))
