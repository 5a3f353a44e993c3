"""Which files make up each skill when it lies on a user's machine."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

from distribution.standard import as_open_standard

MAIN = "fastapi-pro"
SKILLS = (MAIN, "fastapi-new", "fastapi-review")

_MAIN_PARTS = (
    "LICENSE",
    "SKILL.md",
    "references",
    "scripts/audit.py",
    "scripts/auditing",
    "scripts/command_line.py",
    "scripts/new.py",
    "scripts/require_python.py",
    "scripts/rulebook.py",
    "scripts/rules.py",
    "scripts/scaffolding",
    "snippets",
)
_SUFFIXES = {".diff", ".example", ".ini", ".mako", ".md", ".py", ".toml", ".yaml", ".yml"}
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
    parts = _MAIN_PARTS if skill == MAIN else ("SKILL.md", "run.py")
    try:
        found = {file for part in parts for file in _files(folder / part)}
        files = {file.relative_to(folder).as_posix(): file.read_bytes() for file in found}
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
