"""Where the modules of a program are on the disk. Paths are texts: objects are slow to make."""

import os
from pathlib import Path

from fastapi_pro.auditing.model import project_files


@project_files.kept
def is_ours(folder: str, root: str, first: str) -> bool:
    """Say whether a package or module of this name lies beside `folder` or above it."""
    if any(_holds(base, first) for base in _bases(folder)):
        return True
    above = _above(folder)
    return folder not in (root, above) and is_ours(above, root, first)


def find_other(importer: str, root: str, dotted: str) -> str | None:
    """Return the file of a module that another one imports; none imports itself.

    In `app/api/services/user.py`, `services.user` may be that file, but is one further above.
    """
    found = find(_above(importer), root, dotted)
    if found != importer:
        return found
    named = importer.removesuffix("/__init__.py").removesuffix(".py")
    holder = named.removesuffix("/" + dotted.replace(".", "/"))
    return None if holder in (root, _above(holder)) else find(_above(holder), root, dotted)


@project_files.kept
def find(folder: str, root: str, dotted: str) -> str | None:
    """Return the file of a module that lies beside `folder` or above it, up to `root`."""
    relative = dotted.replace(".", "/")
    first = dotted.partition(".")[0]
    while True:
        for base in _bases(folder):
            if _holds(base, first) and (found := file_of(f"{base}/{relative}")):
                return found
        above = _above(folder)
        if folder in (root, above):
            return None
        folder = above


@project_files.kept
def file_of(module: str) -> str | None:
    """Return the file of a module or package whose path without an ending this is."""
    folder, name = os.path.split(module)
    if f"{name}.py" in _names(folder):
        return f"{module}.py"
    is_package = name in _names(folder) and "__init__.py" in _names(module)
    return f"{module}/__init__.py" if is_package else None


def is_file(path: str) -> bool:
    """Say whether there is a file, from the list of its folder."""
    folder, name = os.path.split(path)
    return name in _names(folder)


def _above(folder: str) -> str:
    return os.path.dirname(folder)  # noqa: PTH120 -- a text, as everywhere in this module


def _holds(folder: str, name: str) -> bool:
    """Say whether a folder may hold a module or package of this name."""
    names = _names(folder)
    return name in names or f"{name}.py" in names


@project_files.kept
def _bases(folder: str) -> tuple[str, ...]:
    """Return the folders in which modules next to a folder may be: itself, or one for sources."""
    bases = (folder, *(f"{folder}/{name}" for name in ("src", "backend", "server")))
    return tuple(base for base in bases if _names(base))


@project_files.kept
def _names(folder: str) -> frozenset[str]:
    """Return the names of the entries of a folder."""
    return project_files.names(Path(folder))
