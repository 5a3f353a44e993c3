"""Compiled modules of ours, kept in the user's cache folder: to compile them is half of a start.

Python itself names, checks and writes them; nothing is written beside the skill. The standard
library keeps its own: `sys.pycache_prefix` alone would have Python compile that anew, too.
"""

import os
import sys
from importlib.machinery import FileFinder, SourceFileLoader
from types import CodeType

_PACKAGE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 -- pathlib takes long to import
_MAY_NOT_WRITE = bool(sys.flags.dont_write_bytecode)  # PYTHONDONTWRITEBYTECODE, or -B
_folder: list[str] = []


class Loader(SourceFileLoader):
    """Loads a module, and keeps what it is compiled to where `keep` has said."""

    def get_code(self, fullname: str) -> CodeType | None:
        """Return the code of a module, from the cache where that is of the same source."""
        before = sys.pycache_prefix, sys.dont_write_bytecode
        if _folder:
            sys.pycache_prefix, sys.dont_write_bytecode = _folder[0], _MAY_NOT_WRITE
        try:
            return super().get_code(fullname)
        finally:
            sys.pycache_prefix, sys.dont_write_bytecode = before

    def path_stats(self, path: str) -> dict[str, int]:
        """Return what a source is known by: its size, and when it was made and came here.

        The second, because all files of a packed skill are of 1980; in microseconds, for an update
        is quick.
        """
        found = os.stat(path)  # noqa: PTH116
        return {"mtime": (found.st_mtime_ns + found.st_ctime_ns) // 1000, "size": found.st_size}


def keep() -> None:
    """Keep what is imported from now on, and take what is kept, unless there is `--no-cache`."""
    folder = cache_folder()
    if not folder or "--no-cache" in sys.argv:
        return
    _folder[:] = [os.path.join(folder, "fastapi-pro")]  # noqa: PTH118
    sys.path_hooks.insert(0, _finder)
    for path in [path for path in sys.path_importer_cache if path.startswith(_PACKAGE)]:
        del sys.path_importer_cache[path]


def _finder(path: str) -> FileFinder:
    if not path.startswith(_PACKAGE):
        raise ImportError
    return FileFinder(path, (Loader, [".py"]))


def cache_folder() -> str:
    """Return the user's cache folder, "" where there is none outside the current folder."""
    home = os.path.expanduser("~")  # noqa: PTH111
    named = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(named):  # noqa: PTH117
        folder = named
    elif os.name == "nt":
        folder = os.environ.get("LOCALAPPDATA", "")
    else:
        folder = os.path.join(home, "Library/Caches" if sys.platform == "darwin" else ".cache")  # noqa: PTH118
    here = os.path.join(os.path.realpath("."), "")  # noqa: PTH118
    is_inside = os.path.join(os.path.realpath(folder), "").startswith(here)  # noqa: PTH118
    return folder if os.path.isabs(folder) and not is_inside else ""  # noqa: PTH117
