"""Files on disk; the same functions over an object store would leave the service as it is."""

import asyncio
from collections.abc import AsyncIterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


async def save(path: Path, chunks: AsyncIterable[bytes]) -> int:
    """Write the chunks as they come, all or nothing; return how many bytes they were."""
    size = 0
    with _whole(path) as file:
        async for chunk in chunks:
            await asyncio.to_thread(file.write, chunk)
            size += len(chunk)
    return size


def remove(path: Path) -> None:
    """Delete the file if it is there."""
    path.unlink(missing_ok=True)


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
