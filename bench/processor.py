"""What a process has had of the processor, and has of the memory."""

from pathlib import Path


def seconds_of(pid: int) -> float:
    """Return the seconds so far, in the program and in the kernel for it."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def kilobytes_of(pid: int) -> int:
    """Return a process's part of the memory in use, in kilobytes; 0 where nobody counts it."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    lines = (line.split() for line in text.splitlines())
    return sum(int(line[1]) for line in lines if line[0] == "Pss:")
