r"""What a program sees on Windows, as far as that can be had elsewhere: for a process of its own.

`become_windows()` gives it paths such as C:\shop\app, no fork, and the flavour of pathlib and
os.path. Files lie where they did: C:\shop is /shop. Git, too, answers as it does there.
"""

import builtins
import concurrent.futures.process  # noqa: F401 -- it asks for the system when it is imported
import importlib._bootstrap_external as importing
import io
import ntpath
import os
import pathlib
import posixpath
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from multiprocessing import popen_fork
from types import ModuleType, SimpleNamespace
from typing import Any, Self

_CALLS = (
    "access", "chdir", "chmod", "listdir", "lstat", "mkdir", "open", "readlink", "remove", "rename",
    "replace", "rmdir", "stat", "symlink", "unlink", "utime",
)  # fmt: skip


_PROGRAMS = {name: shutil.which(name) or name for name in ("git",)}


def become_windows() -> None:
    """Turn this process into one on Windows."""
    popen_fork.os = SimpleNamespace(**vars(os))  # type: ignore[attr-defined]
    opened = _with_real_paths(io.open)
    readers = {name: _with_real_paths(getattr(io, name)) for name in ("FileIO", "open_code")}
    replaced: dict[ModuleType, dict[str, Any]] = {
        os: {name: _with_real_paths(getattr(os, name)) for name in _CALLS}
        | {"name": "nt", "sep": "\\", "altsep": "/", "path": ntpath}
        | {"getcwd": _getcwd(os.getcwd), "scandir": _scandir(os.scandir)},
        sys: {"platform": "win32"},
        builtins: {"open": opened},
        io: {"open": opened},
        importing: {"_io": SimpleNamespace(**readers)},
        subprocess: {"Popen": _Popen},
        ntpath: {"realpath": _realpath},
        shutil: {"_use_fd_functions": False},
    }
    for module, values in replaced.items():
        for name, value in values.items():
            setattr(module, name, value)
    sys.modules["os.path"] = ntpath
    for missing in ("fork", "killpg", "sched_getaffinity"):
        delattr(os, missing)
    if "__new__" in vars(pathlib.WindowsPath):  # refuses to work elsewhere
        del pathlib.WindowsPath.__new__
    if flavour := getattr(pathlib, "_windows_flavour", None):
        flavour.is_supported = True


def _real(value: Any) -> Any:
    """Return the path here of one on Windows; anything else as it is."""
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if not isinstance(value, str):
        return value
    return value.removeprefix("C:").replace("\\", "/")


def _with_real_paths(call: Callable[..., Any]) -> Callable[..., Any]:
    def called(*args: Any, **named: Any) -> Any:
        return call(_real(args[0]), *map(_real_if_path, args[1:]), **named)

    return called


def _real_if_path(value: Any) -> Any:
    is_path = isinstance(value, os.PathLike) or (isinstance(value, str) and value[:2] == "C:")
    return _real(value) if is_path else value


def _realpath(path: Any, *, strict: bool = False) -> str:
    return _shown(posixpath.realpath(_real(ntpath.abspath(path)), strict=strict))


def _shown(path: str) -> str:
    return "C:" + path.replace("/", "\\")


def _getcwd(ask: Callable[[], str]) -> Callable[[], str]:
    return lambda: _shown(ask())


def _scandir(ask: Callable[..., Any]) -> Callable[..., Any]:
    def scandir(path: Any = ".") -> "_Listing":
        shown = os.fspath(path)
        with ask(_real(path)) as found:
            return _Listing(_Entry(entry, ntpath.join(shown, entry.name)) for entry in list(found))

    return scandir


class _Listing:
    """What os.scandir returns: an iterator that can be closed."""

    def __init__(self, entries: "Iterator[_Entry]") -> None:
        self._entries = entries

    def __iter__(self) -> "_Listing":
        return self

    def __next__(self) -> "_Entry":
        return next(self._entries)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        """Do nothing: the folder is read already."""


class _Entry:
    """An entry of a folder, with its path as on Windows."""

    def __init__(self, entry: "os.DirEntry[str]", path: str) -> None:
        self._entry, self.path = entry, path

    def __getattr__(self, name: str) -> Any:
        return getattr(self._entry, name)

    def __fspath__(self) -> str:
        return self.path


class _Popen(subprocess.Popen[Any]):
    """A process of a program that is not on Windows; git answers as it does there."""

    def __init__(self, args: Any, **named: Any) -> None:
        self._tells_path = {"--show-toplevel", "--absolute-git-dir"} & set(args)
        if named.get("cwd"):
            named["cwd"] = _real(named["cwd"])
        environment = named.get("env") or os.environ
        named["env"] = {name: _real_if_path(value) for name, value in environment.items()}
        program, *rest = map(_real_if_path, args)
        super().__init__([_PROGRAMS.get(program, program), *rest], **named)

    def communicate(self, *args: Any, **named: Any) -> Any:
        """Return what the program has printed."""
        output, errors = super().communicate(*args, **named)
        return (b"C:" + output if output and self._tells_path else output), errors
