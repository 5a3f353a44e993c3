"""Which files make up each skill when it lies on a user's machine."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from fastapi_pro.installing.standard import as_open_standard

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
# What only a checkout can use: the installer, and the tests of the rules.
_LEFT_OUT = re.compile(
    r"fastapi_pro/(installing/|cli/install\.py$)"
    r"|snippets/rules/(conftest\.py$|\w+/(cases|test_proof)\.py$)"
)
_SUFFIXES = {
    ".Dockerfile", ".diff", ".example", ".ini", ".mako", ".md", ".py", ".toml", ".yaml", ".yml",
}  # fmt: skip
_NAMES = {"Dockerfile", "LICENSE", "dockerignore", "gitignore"}
_HIDDEN = {".github"}  # other hidden folders are caches and environments
_CACHES = {"__pycache__", "node_modules"}


class ContentsError(Exception):
    """What this checkout lacks, or holds in a form that cannot be distributed."""


def version(root: Path) -> str:
    """Return the version in pyproject.toml. Raises ContentsError."""
    file = root / "pyproject.toml"
    try:
        return str(tomllib.loads(file.read_text(encoding="utf-8"))["project"]["version"])
    except OSError as error:
        raise ContentsError(f"{file}: {error.strerror}; run this from a whole checkout") from None
    except (ValueError, KeyError, TypeError) as error:
        message = f"{file}: {error}; it must hold `version` in [project]"
        raise ContentsError(message) from None


def contents(root: Path, skill: str, *, open_standard: bool = False) -> dict[str, bytes]:
    """Return the files of a skill, by name relative to its folder, with `/` between the parts.

    `root` is a checkout of this repository. With `open_standard` the front matter of SKILL.md has
    the six fields of the Agent Skills specification. Raises ContentsError.
    """
    folder = root if skill == MAIN else root / "skills" / skill
    parts = _MAIN_PARTS if skill == MAIN else ("SKILL.md",)
    try:
        found = {file for part in parts for file in _files(folder / part)}
        names = {file: file.relative_to(folder).as_posix() for file in found}
        files = {n: f.read_bytes() for f, n in names.items() if not _LEFT_OUT.match(n)}
    except OSError as error:
        message = f"{error.filename}: {error.strerror}; run this from a whole checkout"
        raise ContentsError(message) from None
    if open_standard:
        try:
            text = as_open_standard(files["SKILL.md"].decode(), version(root))
        except ValueError as error:
            raise ContentsError(f"{folder / 'SKILL.md'}: {error}") from None
        files["SKILL.md"] = text.encode()
    return files


def _files(path: Path) -> Iterator[Path]:
    """Yield the file, or those below the folder that belong: no caches, databases or `.env`."""
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
