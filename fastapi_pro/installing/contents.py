"""The files of each skill as it is installed on a user's machine."""

import re
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro import __version__
from fastapi_pro.installing.standard import as_open_standard
from fastapi_pro.paths import CARRIED, PACKAGE

MAIN = "fastapi-pro"
SKILLS = (MAIN, "fastapi-new", "fastapi-review")

_MAIN_PARTS = (
    "LICENSE",
    "SKILL.md",
    "references",
    "fastapi_pro",
    "scripts/audit.py",
    "scripts/new.py",
    "scripts/rules.py",
    "scripts/run.sh",
    "scripts/stop_hook.py",
    "snippets",
)
# What only a checkout or the wheel can use: the installer, the validator, the tests of the
# rules, and files whose text the pages of the rules contain.
_LEFT_OUT = re.compile(
    rf"fastapi_pro/(installing/|validating/|cli/(install|validate)\.py$|{CARRIED}/)"
    r"|snippets/rules/(conftest\.py$|\w+/(cases|test_proof|bad|good)\.\w+$)"
)
_SUFFIXES = {
    ".Dockerfile", ".diff", ".example", ".ini", ".mako", ".md", ".py", ".toml", ".yaml", ".yml",
}  # fmt: skip
_NAMES = {"Dockerfile", "LICENSE", "dockerignore", "gitignore"}
_HIDDEN = {".github"}  # other hidden folders are caches and environments
_CACHES = {"__pycache__", "node_modules"}


class ContentsError(Exception):
    """A file is missing in this checkout, or cannot be distributed as it is."""


def contents(root: Path, skill: str, *, open_standard: bool = False) -> dict[str, bytes]:
    """Return the files of a skill, by name relative to its folder, with `/` between the parts.

    `root` is a checkout of this repository, or the part of it in a wheel. With `open_standard` the
    front matter of SKILL.md has only the six fields of the Agent Skills specification. Raises
    ContentsError.
    """
    folder = root if skill == MAIN else root / "skills" / skill
    parts = _MAIN_PARTS if skill == MAIN else ("SKILL.md",)
    try:
        files = {
            name: file.read_bytes()
            for part in parts
            for name, file in _named(folder, part).items()
            if not _LEFT_OUT.match(name)
        }
    except OSError as error:
        message = f"{error.filename}: {error.strerror}; run this from a whole checkout"
        raise ContentsError(message) from None
    if open_standard:
        try:
            text = as_open_standard(files["SKILL.md"].decode(), __version__)
        except ValueError as error:
            raise ContentsError(f"{folder / 'SKILL.md'}: {error}") from None
        files["SKILL.md"] = text.encode()
    return files


def _named(folder: Path, part: str) -> dict[str, Path]:
    """Return the files of a part by name; in a wheel, the Python package is in another folder."""
    is_apart = part == PACKAGE.name and not (folder / part).exists()
    top = PACKAGE.parent if is_apart else folder
    return {file.relative_to(top).as_posix(): file for file in _files(top / part)}


def _files(path: Path) -> Iterator[Path]:
    """Yield the file, or the files to distribute in the folder: no caches, databases or `.env`."""
    if not path.is_dir():
        yield path
        return
    for child in path.iterdir():
        if child.is_dir():
            is_hidden = child.name.startswith(".") and child.name not in _HIDDEN
            if not is_hidden and child.name not in _CACHES:
                yield from _files(child)
        elif child.suffix in _SUFFIXES or child.name in _NAMES:
            yield child
