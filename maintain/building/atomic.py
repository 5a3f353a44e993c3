"""Files replaced as a whole: a reader sees the old content or the new, never a part."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

_ORDINARY = 0o644  # what Git gives to files that are no programs


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Give each file its new content, keeping its mode; none changes before all are on the disk.

    Files and folders that are not there yet are made.

    Raises OSError when a file cannot be written; the temporary files are gone then, too.
    """
    staged: dict[Path, Path] = {}
    try:
        for file, content in contents.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".tmp")
            staged[file] = Path(name)
            with os.fdopen(handle, "wb") as temporary:
                temporary.write(content)
                temporary.flush()
                os.fsync(temporary.fileno())
            if file.exists():
                shutil.copymode(file, staged[file])
            else:
                staged[file].chmod(_ORDINARY)
        for file, temporary_path in staged.items():
            temporary_path.replace(file)
    finally:
        for temporary_path in staged.values():
            temporary_path.unlink(missing_ok=True)
