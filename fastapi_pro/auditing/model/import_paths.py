"""Where the modules of a program lie on the disk."""

import functools
from pathlib import Path

from fastapi_pro.auditing.model import project_files


@functools.cache
def is_ours(folder: Path, root: Path, first: str) -> bool:
    """Say whether a package or module of this name lies beside `folder` or above it."""
    if any(first in _names(base) for base in _bases(folder)):
        return True
    return folder not in (root, folder.parent) and is_ours(folder.parent, root, first)


@functools.cache
def find(folder: Path, root: Path, dotted: str) -> Path | None:
    """Return the file of a module that lies beside `folder` or above it, up to `root`."""
    first = dotted.partition(".")[0]
    relative = Path(*dotted.split("."))
    while True:
        for base in _bases(folder):
            if first not in _names(base):
                continue
            for path in (base / relative.with_suffix(".py"), base / relative / "__init__.py"):
                if project_files.is_file(path):
                    return path
        if folder in (root, folder.parent):
            return None
        folder = folder.parent


@functools.cache
def _bases(folder: Path) -> tuple[Path, ...]:
    """Return where the modules beside a folder may lie: in it, or in one for sources."""
    bases = (folder, folder / "src", folder / "backend", folder / "server")
    return tuple(base for base in bases if _names(base))


@functools.cache
def _names(folder: Path) -> frozenset[str]:
    """Return the modules and packages that a folder may hold, by name."""
    return frozenset(name.removesuffix(".py") for name in project_files.names(folder))
