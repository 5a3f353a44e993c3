"""How long tests wait at most: longer on a slow machine, or one that does other work."""

import functools
import subprocess
import sys
import time
from collections.abc import Callable

QUIET = 0.25  # seconds of the work below on a quiet core


@functools.cache
def slowness() -> float:
    """Return how many times slower than a quiet machine this one is now; not less than 1."""
    started = time.perf_counter()
    work = "for number in range(6_000_000): number"
    subprocess.run([sys.executable, "-I", "-S", "-c", work], check=True)
    return max(1.0, (time.perf_counter() - started) / QUIET)


def patient(seconds: float) -> float:
    """Return a time limit for this machine, from the one for a quiet machine."""
    return seconds * slowness()


def wait_until(condition: Callable[[], object], seconds: float = 30) -> None:
    """Return when a condition holds; raise TimeoutError if it never does."""
    deadline = time.monotonic() + patient(seconds)
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {patient(seconds):.0f} s")
        time.sleep(0.05)
