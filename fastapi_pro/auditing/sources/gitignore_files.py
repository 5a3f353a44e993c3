"""What the git repository around a folder ignores."""

import os
from pathlib import Path

from fastapi_pro.auditing.sources.gitignore import Patterns, compile_patterns


def patterns_above(folder: str) -> list[Patterns]:
    """Return the patterns that apply in the absolute `folder`, the nearest first, without its own.

    These are the `.gitignore` files of the folders above it, up to the top of its repository, and
    `info/exclude`. Outside a repository there are none.
    """
    above = [folder]
    while not os.path.lexists(os.path.join(above[-1], ".git")):  # noqa: PTH118 -- strings, as in files.py
        parent = str(Path(above[-1]).parent)
        if parent == above[-1]:
            return []
        above.append(parent)
    found = [patterns_in(name) for name in above[1:]]
    found.append(_read(_excludes(Path(above[-1])), above[-1]))
    return [patterns for patterns in found if patterns]


def patterns_in(folder: str) -> Patterns | None:
    """Return the patterns of the folder's own `.gitignore`, None if there are none."""
    return _read(Path(folder, ".gitignore"), folder)


def _read(path: Path, base: str) -> Patterns | None:
    """Return the patterns of a file, if it is one. Links are not followed: git does so, too."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        return compile_patterns(path.read_bytes(), os.fsencode(base))
    except OSError:
        return None


def _excludes(top: Path) -> Path:
    """Return the path of `info/exclude`; in a linked work tree, `.git` is a file that names it."""
    git = top / ".git"
    try:
        if git.is_file():
            git = top / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
            common = git / "commondir"
            if common.is_file():
                git /= common.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        pass
    return git / "info" / "exclude"
