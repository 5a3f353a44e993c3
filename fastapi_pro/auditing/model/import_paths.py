"""Where the modules of a program lie on the disk. Paths are texts here: objects are slow to make."""

import functools
import os
from os.path import dirname, isfile, join


@functools.cache
def is_ours(folder: str, root: str, first: str) -> bool:
    """Say whether a package or module of this name lies beside `folder` or above it."""
    if any(first in _names(base) for base in _bases(folder)):
        return True
    above = dirname(folder)
    return folder not in (root, above) and is_ours(above, root, first)


@functools.cache
def find(folder: str, root: str, dotted: str) -> str | None:
    """Return the file of a module that lies beside `folder` or above it, up to `root`."""
    parts = dotted.split(".")
    while True:
        for base in _bases(folder):
            if parts[0] in _names(base) and (found := file_of(join(base, *parts))):
                return found
        above = dirname(folder)
        if folder in (root, above):
            return None
        folder = above


@functools.cache
def file_of(module: str) -> str | None:
    """Return the file of a module or package whose path without an ending this is."""
    folder, name = os.path.split(module)
    if name not in _names(folder):
        return None
    return next(filter(isfile, (f"{module}.py", join(module, "__init__.py"))), None)


@functools.cache
def _bases(folder: str) -> tuple[str, ...]:
    """Return where the modules beside a folder may lie: in it, or in one for sources."""
    bases = (folder, *(join(folder, name) for name in ("src", "backend", "server")))
    return tuple(base for base in bases if _names(base))


@functools.cache
def _names(folder: str) -> frozenset[str]:
    """Return the modules and packages that a folder may hold, by name."""
    try:
        return frozenset(name.removesuffix(".py") for name in os.listdir(folder))
    except OSError:
        return frozenset()
