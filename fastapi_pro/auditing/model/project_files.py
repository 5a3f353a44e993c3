"""The files of the project, as they are on the disk, in git's index, or at a commit.

`kept` keeps what is computed from files until `put_back`. So a process knows one of the three
versions at a time.
"""

import errno
import fnmatch
import functools
import os
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
Answers = dict[str, str]
"""Questions such as "read /project/app.py", each with a digest of its answer."""
CACHES = frozenset(
    {".eggs", ".mypy_cache", ".nox", ".pytest_cache", ".ruff_cache", ".tox", "__pycache__"}
)
"""Folders that come and go, and contain nothing of the project."""


def source_of(path: Path, content: bytes) -> bytes:
    """Return the contents of a file; in Python, a CR alone ends a line, and becomes LF."""
    is_whole = path.suffix != ".py" or content.count(b"\r") == content.count(b"\r\n")
    return content if is_whole else re.sub(rb"\r(?!\n)", b"\n", content)


class View:
    """The files as they are on the disk, except those of `contents`; None: no such file."""

    def __init__(self, contents: Mapping[Path, bytes | None]) -> None:
        self.contents = dict(contents)
        self._beside: dict[Path, list[Path]] = defaultdict(list)
        for path in contents:
            for folder in path.parents:
                self._beside[folder].append(path)

    def read(self, path: Path) -> bytes:
        """Return the contents of a file. Raises OSError."""
        if path not in self.contents:
            return source_of(path, path.read_bytes())
        content = self.contents[path]
        if content is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
        return content

    def size(self, path: Path) -> int:
        """Return how many bytes a file has. Raises OSError."""
        return len(self.read(path)) if path in self.contents else path.stat().st_size

    def is_file(self, path: Path) -> bool:
        """Say whether there is a file, or a link to one."""
        return self.contents[path] is not None if path in self.contents else path.is_file()

    @staticmethod
    def exists(path: Path) -> bool:
        """Say whether there is a file or a folder on the disk."""
        return path.exists()

    def names(self, folder: Path) -> frozenset[str]:
        """Return the names of the entries of a folder, none if it cannot be listed."""
        try:
            found = set(os.listdir(folder))  # noqa: PTH208 -- names are all that is asked for
        except OSError:
            found = set()
        for path in self._beside.get(folder, ()):
            name = path.relative_to(folder).parts[0]
            if self.contents[path] is not None:
                found.add(name)
            elif path.parent == folder:
                found.discard(name)
        return frozenset(found - CACHES)

    def answer(self, question: str) -> str:
        """Return the digest of the answer to a question of `Answers`."""
        kind, _, path = question.partition(" ")
        ask: Callable[[Path], object] = getattr(self, kind)
        try:
            return _digest(ask(Path(path)))
        except OSError:
            return ""


class _Known:
    """What this process knows of the files."""

    def __init__(self) -> None:
        self.view = View({})
        self.answers: Answers | None = None
        self.is_steady = True


_known = _Known()
_caches: list[Callable[[], None]] = []


def put_back(contents: Mapping[Path, bytes | None], *, watch: bool = False) -> None:
    """Give files the contents they had, from now on; None if a file did not exist.

    What was computed before is forgotten. With `watch`, all questions are noted: see `answers`.
    """
    _known.view = View(contents)
    _known.answers, _known.is_steady = {} if watch else None, True
    for forget in _caches:
        forget()


def kept(ask: Callable[P, T]) -> Callable[P, T]:
    """Return a function of files that computes its answer once for the same arguments."""
    cached = functools.cache(ask)
    _caches.append(cached.cache_clear)
    return cached  # type: ignore[return-value]


def contents() -> Mapping[Path, bytes | None]:
    """Return what `put_back` was given."""
    return _known.view.contents


def view() -> View:
    """Return the files as this process sees them."""
    return _known.view


def answers() -> Answers | None:
    """Return all questions since `put_back`; None if they were not noted, or a file changed.

    An audit that gets the same answers has the same findings.
    """
    return _known.answers if _known.is_steady else None


def take_answers() -> Answers | None:
    """Return what `answers` does, for another process to `note`; the questions begin anew."""
    found = answers()
    if found is not None:
        _known.answers = {}
    return found


def are_noted() -> bool:
    """Say whether questions are noted, for `answers`."""
    return _known.answers is not None


def note(asked: Answers | None) -> None:
    """Count the questions of another process as this one's; None if it does not know them."""
    if asked is None:
        _known.is_steady = False
    for question, answer in (asked or {}).items():
        _note(question, answer)


def read(path: Path) -> bytes:
    """Return the contents of a file. Raises OSError."""
    return _asked("read", path, _known.view.read)


def size(path: Path) -> int:
    """Return how many bytes a file has. Raises OSError."""
    return _asked("size", path, _known.view.size)


def is_file(path: Path) -> bool:
    """Say whether there is a file, or a link to one."""
    return _asked("is_file", path, _known.view.is_file)


def exists(path: Path) -> bool:
    """Say whether there is a file or a folder on the disk, whatever git says."""
    return _asked("exists", path, _known.view.exists)


def names(folder: Path) -> frozenset[str]:
    """Return the names of the files and folders in a folder, none if it cannot be listed.

    Caches of tools are left out.
    """
    return _asked("names", folder, _known.view.names)


def glob(folder: Path, pattern: str) -> list[Path]:
    """Return the files and folders in a folder whose name matches the pattern, sorted."""
    return sorted(folder / name for name in names(folder) if fnmatch.fnmatchcase(name, pattern))


def _asked(kind: str, path: Path, ask: Callable[[Path], T]) -> T:
    """Return the answer to a question, and note it if that is switched on. Raises OSError."""
    try:
        answer = ask(path)
    except OSError:
        _note(f"{kind} {path}", "")
        raise
    if _known.answers is not None:
        _note(f"{kind} {path}", _digest(answer))
    return answer


def _note(question: str, digest: str) -> None:
    if _known.answers is not None and _known.answers.setdefault(question, digest) != digest:
        _known.is_steady = False


def _digest(answer: object) -> str:
    """Return a short text for an answer: bytes, a number, or names."""
    if isinstance(answer, frozenset):
        answer = "\0".join(sorted(answer)).encode("utf-8", "surrogatepass")
    if not isinstance(answer, bytes):
        return str(answer)
    import hashlib  # noqa: PLC0415 -- it takes long to import, and only --diff needs it

    return hashlib.blake2b(answer, digest_size=16).hexdigest()
