"""Files on disk; the same functions over an object store would leave the service as it is."""

import asyncio
import os
from collections.abc import AsyncIterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


async def save(path: Path, chunks: AsyncIterable[bytes]) -> int:
    """Write the chunks as they come, all or nothing; return how many bytes they were.

    Then they are on the disk, under their name: no power loss takes them, only a row written later.
    """
    size = 0
    with _whole(path) as file:
        async for chunk in chunks:
            await asyncio.to_thread(file.write, chunk)
            size += len(chunk)
        await asyncio.to_thread(_sync, file)
    try:
        await asyncio.to_thread(_sync_folder, path.parent)
    except BaseException:
        remove(path)
        raise
    return size


def remove(path: Path) -> None:
    """Delete the file if it is there."""
    path.unlink(missing_ok=True)


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":  # Windows opens no folders
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Give the file its name when all is written; delete it after any exception."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    try:
        with part.open("xb") as file:
            yield file
        part.rename(path)
    finally:  # no await here: where the request is cancelled, it would not come back
        part.unlink(missing_ok=True)
