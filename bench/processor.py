"""The time of the processor that a process has had."""

from pathlib import Path


def seconds_of(pid: int) -> float:
    """Return the seconds so far, in the program and in the kernel for it."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
