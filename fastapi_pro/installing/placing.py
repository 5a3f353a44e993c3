"""Folders replaced as a whole: all of them or none, also when the process is killed in between.

A place is a folder of skills, such as `.claude/skills`. New files are written to a folder beside
it, the stage, and exchanged by renaming. During an exchange the stage contains a plan; the next
process that finds a plan undoes the exchange.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

STAGE = ".fastapi-pro-install"
_PLAN = "plan"


class PlacingError(Exception):
    """Nothing was changed; the message says why."""


@contextlib.contextmanager
def staging(place: Path) -> Iterator[Path]:
    """Yield a stage beside `place`, for this process alone, and remove it at the end.

    An exchange that was not committed is undone, also that of a killed process. Raises PlacingError
    while another process installs or a file is in the way, OSError if nothing can be written.
    """
    stage = place.parent / STAGE
    _make(stage)
    with _locked(stage):
        _clear(place, stage)
        try:
            yield stage
        finally:
            _clear(place, stage)
            shutil.rmtree(stage)


def _make(folder: Path) -> None:
    """Make a folder, and those above it. Raises PlacingError where a file is in the way."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        above = [path for path in (folder, *folder.parents) if os.path.lexists(path)]
        raise PlacingError(f"{above[0]}: it is not a folder; move it away") from None


def recover(place: Path) -> None:
    """Undo what a killed process left half done. Raises the same errors as staging."""
    if (place.parent / STAGE).exists():
        with staging(place):
            pass


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    if fcntl is None:
        yield
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise PlacingError(f"{folder}: another installation is running; wait for it") from None
    finally:
        os.close(handle)


def write_new(stage: Path, skills: Mapping[str, Mapping[str, bytes]]) -> None:
    """Write the files of each skill to the stage."""
    for skill, files in skills.items():
        for name, content in files.items():
            file = stage / "new" / skill / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def exchange(place: Path, stage: Path, skills: Iterable[str]) -> None:
    """Move each skill out of the place, and the new one of that name, if there is one, in."""
    _make(place)
    (stage / "old").mkdir()
    names = {skill: (stage / "new" / skill).exists() for skill in skills}
    draft = stage / "plan.new"
    draft.write_text("".join(f"{'in' if new else 'out'} {skill}\n" for skill, new in names.items()))
    draft.rename(stage / _PLAN)
    for skill, new in names.items():
        if os.path.lexists(place / skill):
            (place / skill).rename(stage / "old" / skill)
        if new:
            (stage / "new" / skill).rename(place / skill)


def commit(stage: Path) -> None:
    """Make the exchange final."""
    (stage / _PLAN).unlink()


def _clear(place: Path, stage: Path) -> None:
    """Undo an exchange that was not committed, and empty the stage.

    Each step can be repeated, so this process, too, may be killed at any time.
    """
    if (stage / _PLAN).exists():
        for line in (stage / _PLAN).read_text().splitlines():
            direction, skill = line.split()
            here, new, old = (folder / skill for folder in (place, stage / "new", stage / "old"))
            if direction == "in" and not new.exists() and here.exists():
                here.rename(new)
            if old.exists():
                old.rename(here)
        (stage / _PLAN).unlink()
    for name in ("new", "old"):
        if (stage / name).exists():
            shutil.rmtree(stage / name)
