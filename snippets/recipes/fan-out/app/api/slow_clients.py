"""Clients that stay and do not read."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from typing import Annotated

from fastapi import Depends

SECONDS_TO_READ = 30.0  # what is sent, beyond what the buffers of the connection hold


class ReadingLimit:
    """Ends the request of a client that does not read; the stream cannot: it waits in `yield`."""

    def __init__(self, timeout: asyncio.Timeout) -> None:
        self._timeout = timeout

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Let the client take what is sent meanwhile."""
        self._timeout.reschedule(asyncio.get_running_loop().time() + SECONDS_TO_READ)
        yield
        self._timeout.reschedule(None)


async def reading_limit() -> AsyncIterator[ReadingLimit]:
    """Bound the request as long as something waits to be read."""
    with suppress(TimeoutError):
        async with asyncio.timeout(None) as timeout:
            yield ReadingLimit(timeout)


ReadingLimitDep = Annotated[ReadingLimit, Depends(reading_limit)]
