"""The files of the project, as they lie on the disk, in git's index, or at a commit.

Whatever is worked out of a file is kept for the life of a process. So a process knows one of the
three: `audit.py --diff` calls `put_back` in a process that does nothing else.
"""

import errno
import fnmatch
import os
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

_old: dict[Path, bytes | None] = {}
_beside: dict[Path, list[Path]] = defaultdict(list)


def put_back(contents: Mapping[Path, bytes | None]) -> None:
    """Give files, in this process, the contents they had; None is for one that was not there."""
    _old.clear()
    _beside.clear()
    _old.update(contents)
    for path in contents:
        for folder in path.parents:
            _beside[folder].append(path)


def contents() -> Mapping[Path, bytes | None]:
    """Return what `put_back` was given."""
    return dict(_old)


def read(path: Path) -> bytes:
    """Return the contents of a file. Raises OSError."""
    if path not in _old:
        return path.read_bytes()
    content = _old[path]
    if content is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return content


def size(path: Path) -> int:
    """Return how many bytes a file has. Raises OSError."""
    return len(read(path)) if path in _old else path.stat().st_size


def is_file(path: Path) -> bool:
    """Say whether there is a file, or a link to one."""
    return _old[path] is not None if path in _old else path.is_file()


def names(folder: Path) -> frozenset[str]:
    """Return the names of the files and folders in a folder, none where it cannot be listed."""
    try:
        found = set(os.listdir(folder))  # noqa: PTH208 -- names are all that is asked for
    except OSError:
        found = set()
    for path in _beside.get(folder, ()):
        name = path.relative_to(folder).parts[0]
        if _old[path] is not None:
            found.add(name)
        elif path.parent == folder:
            found.discard(name)
    return frozenset(found)


def glob(folder: Path, pattern: str) -> list[Path]:
    """Return the files and folders in a folder whose name matches the pattern, sorted."""
    return sorted(folder / name for name in names(folder) if fnmatch.fnmatchcase(name, pattern))
