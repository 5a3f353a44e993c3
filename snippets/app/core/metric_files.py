"""The files in which workers count: a new worker goes on in those of a dead one."""

import os
import sys
from pathlib import Path
from typing import IO

_held: dict[int, tuple[int, IO[str]]] = {}  # by process id, as a fork has its parent's


def take_over_files(folder: Path) -> None:
    """Name this process's files by the first number that no living process holds.

    prometheus_client names them by process id: each worker that dies leaves files for ever, which
    each scrape reads, and deleting them would make counters fall.
    """
    if sys.platform == "win32":
        return
    from prometheus_client import values  # noqa: PLC0415 # the variable is set by now

    def number() -> int:
        process = os.getpid()
        if process not in _held:
            _held[process] = free_number(folder)
        return _held[process][0]

    values.ValueClass = values.MultiProcessValue(number)  # type: ignore[no-untyped-call]


def free_number(folder: Path) -> tuple[int, IO[str]]:
    """Lock a number; the system takes the lock back from a process that dies, however it does."""
    import fcntl  # noqa: PLC0415 # not on Windows

    number = 0
    while True:
        file = (folder / f"{number}.lock").open("a")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            number += 1
        else:
            return number, file
