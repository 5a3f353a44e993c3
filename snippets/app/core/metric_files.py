"""The files in which workers count: a new worker goes on in those of a dead one."""

import hashlib
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path
from typing import IO

SHARED_MEMORY = "/dev/shm"  # of Linux, also in a container
_held: dict[int, tuple[int, IO[str]]] = {}  # by process id, as a fork has its parent's


def share_between_workers() -> None:
    """Name a folder for the workers' counters; call it before prometheus_client is imported.

    `PROMETHEUS_MULTIPROC_DIR` wins where it is set. The workers of `uvicorn --workers`, which are
    spawned by one supervisor, find one folder by the random key that they inherit from it: its
    process id alone comes back, in a container at each start. gunicorn forks: set the variable.
    """
    supervisor = multiprocessing.parent_process()
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ and supervisor is not None:
        key = hashlib.sha256(multiprocessing.current_process().authkey).hexdigest()
        folder = Path(temporary_folder(), f"metrics-{supervisor.pid}-{key[:32]}")
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    if shared := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        Path(shared).mkdir(mode=0o700, parents=True, exist_ok=True)


def temporary_folder() -> str:
    """Return where files may be written, also where the disk is read-only."""
    try:
        return tempfile.gettempdir()
    except FileNotFoundError:
        return SHARED_MEMORY


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
