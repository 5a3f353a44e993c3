"""Files that are written as a whole, or stay as they are."""

import os
from pathlib import Path


def replace_file(file: Path, content: bytes) -> None:
    """Give a file this content and keep its mode; what a link leads to is replaced.

    Raises OSError.
    """
    file = file.resolve()
    temporary = file.with_name(f".{file.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            temporary.chmod(file.stat().st_mode & 0o777)
        temporary.replace(file)
    finally:
        temporary.unlink(missing_ok=True)
