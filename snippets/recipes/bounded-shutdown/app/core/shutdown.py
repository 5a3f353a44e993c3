"""Word of the shutdown, for what would otherwise run until the server cuts it off."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType


@contextmanager
def word_of_shutdown() -> Iterator[asyncio.Event]:
    """Yield an event that is set at SIGTERM and SIGINT, before the server's own handler runs.

    The lifespan hears of a shutdown only when all connections are closed, and the server waits for
    those: for a stream, each would wait for the other.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    previous: dict[int, Callable[[int, FrameType | None], object]] = {}

    def on_signal(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(stopping.set)
        previous[number](number, frame)

    for number in (signal.SIGTERM, signal.SIGINT):
        handler = signal.getsignal(number)
        # Only a handler that goes on to end the process is preceded: none in tests and threads.
        if callable(handler) and threading.current_thread() is threading.main_thread():
            previous[number] = handler
            signal.signal(number, on_signal)
    try:
        yield stopping
    finally:
        for which, handler in previous.items():
            signal.signal(which, handler)
