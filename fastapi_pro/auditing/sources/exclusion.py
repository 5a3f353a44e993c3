"""What the user excludes, in addition to what git ignores."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from fastapi_pro.auditing.sources.gitignore import Decides, compile_patterns, is_ignored


class Watched:
    """Patterns as in a .gitignore of `folder`, which note those that match nothing."""

    def __init__(self, lines: Sequence[str], folder: Path) -> None:
        base = os.fsencode(os.path.abspath(folder))  # noqa: PTH100 -- as walk.collect names files
        self._all = compile_patterns(os.fsencode("\n".join(lines)), base)
        single = {line: compile_patterns(os.fsencode(line), base) for line in lines}
        self._idle = {line: patterns for line, patterns in single.items() if patterns}

    def decide(self, path: bytes, *, is_folder: bool) -> bool | None:
        """Return whether an absolute path is excluded, None if no pattern decides."""
        verdict = self._all.decide(path, is_folder=is_folder) if self._all else None
        if verdict is not None:
            self._idle = {
                line: patterns
                for line, patterns in self._idle.items()
                if patterns.decide(path, is_folder=is_folder) is None
            }
        return verdict

    @property
    def idle(self) -> list[str]:
        """The patterns that have matched nothing so far, in their order."""
        return list(self._idle)


def idle(exclude: Iterable[Watched]) -> list[str]:
    """Return the patterns that match nothing in any folder in which they were tried."""
    first, *others = exclude
    return [line for line in first.idle if all(line in other.idle for other in others)]


def is_left_out(path: Path, exclude: Sequence[Decides]) -> bool:
    """Say whether a file, or a folder around it, is excluded."""
    folders = [os.fsencode(folder) for folder in path.parents]
    return any(is_ignored(exclude, folder, is_folder=True) for folder in folders) or is_ignored(
        exclude, os.fsencode(path), is_folder=False
    )
