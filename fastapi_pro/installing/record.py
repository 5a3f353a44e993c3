"""The record of what was installed, in the skill's folder: it tells our files from the user's."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.paths import INSTALL_RECORD

_ADDED = {".DS_Store", "Thumbs.db", "desktop.ini"}
"""What Finder and the Explorer write into folders that are looked at."""


class ForeignError(Exception):
    """A folder, or files in it, that the installer did not write, and so does not change."""


@dataclass(frozen=True)
class Record:
    """The version installed, a SHA-256 of each file, and how many folders were made for it.

    `made` counts folders from the place upwards: 2 for `.claude/skills` means that both were made.
    """

    version: str
    files: dict[str, str]
    made: int


def make_record(version: str, files: Mapping[str, bytes], made: int) -> Record:
    """Return the record of these files."""
    return Record(version, {name: _sum(content) for name, content in files.items()}, made)


def as_json(record: Record) -> bytes:
    """Return the record as the bytes of its file."""
    return (json.dumps(vars(record), indent=1) + "\n").encode()


def inspect(folder: Path) -> Record | None:
    """Return the record of an installed skill, or None if there is no such folder.

    Raises ForeignError for a folder without a record, and for files added or changed since.
    """
    if not os.path.lexists(folder):
        return None
    if folder.is_symlink() or not (folder / INSTALL_RECORD).is_file():
        what = "it is a link" if folder.is_symlink() else "it exists"
        raise ForeignError(f"{folder}: {what}, and was not installed by this script; move it away")
    try:
        kept = json.loads((folder / INSTALL_RECORD).read_bytes())
        record = Record(str(kept["version"]), dict(kept["files"]), int(kept["made"]))
    except (ValueError, KeyError, TypeError):
        raise ForeignError(f"{folder / INSTALL_RECORD}: damaged; remove {folder} by hand") from None
    if yours := sorted(_not_ours(folder, record)):
        shown = ", ".join(yours[:5]) + (f" and {len(yours) - 5} more" if len(yours) > 5 else "")
        raise ForeignError(
            f"{folder}: files were added or changed after the installation: {shown}; move them away"
        )
    return record


def is_whole(folder: Path, record: Record) -> bool:
    """Say whether all files of the record are in the folder."""
    return all((folder / name).is_file() for name in record.files)


def _not_ours(folder: Path, record: Record) -> set[str]:
    """Return the files that were added or changed, without what a system adds by itself."""
    found = set()
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if (
            name == INSTALL_RECORD
            or path.parent.name == "__pycache__"
            or path.name in _ADDED
            or (path.is_dir() and not path.is_symlink())
        ):
            continue
        is_plain = path.is_file() and not path.is_symlink()
        if not is_plain or _sum(path.read_bytes()) != record.files.get(name):
            found.add(name)
    return found


def _sum(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
