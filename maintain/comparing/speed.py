"""How many files a second ours and the peer read, on the same tree, in turn."""

import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from fastapi_pro.auditing.sources.walk import LEFT_ALONE
from maintain.comparing.found import markdown
from maintain.comparing.tools import Tool, ToolError, run

_PEER_LEAVES_ALONE = {"venv", ".venv", "env", ".env", "dist", "build"}
LOOSE = "loose_modules"


@dataclass(frozen=True)
class Timing:
    """The seconds of a tool's runs; `is_over` when the last was stopped at the limit."""

    seconds: tuple[float, ...]
    is_over: bool = False

    @property
    def typical(self) -> float:
        """Return the median, or the limit, which the true value exceeds."""
        return self.seconds[-1] if self.is_over else statistics.median(self.seconds)


def copy(source: Path, target: Path) -> None:
    """Copy the Python files that either tool would read, and no settings, to a plain folder.

    Both skip site-packages by name or by .gitignore. Modules directly in `source` go to a folder.
    """
    skipped = LEFT_ALONE | _PEER_LEAVES_ALONE
    for path in sorted(source.rglob("*.py")):
        parts = path.relative_to(source).parts
        if skipped.isdisjoint(parts) and path.is_file():
            place = target.joinpath(*(parts if len(parts) > 1 else (LOOSE, *parts)))
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, place)


def remove_failing(tool: Tool, tree: Path, limit: float) -> Iterator[str]:
    """Remove the folders that the tool breaks off at, and yield why. Slow ones (`limit`: s) stay.

    One such file costs the peer its whole run.
    """
    for folder in sorted(path for path in tree.iterdir() if path.is_dir()):
        try:
            run(tool, folder, limit)
        except ToolError as error:
            yield f"{folder.name}: {error}"
            shutil.rmtree(folder)
        except subprocess.TimeoutExpired:
            continue


def measure(tools: Sequence[Tool], tree: Path, runs: int, limit: float) -> list[Timing]:
    """Return the timing of each tool, run in turn; one over the limit is not run again."""
    seconds: list[list[float]] = [[] for _ in tools]
    over: set[int] = set()
    for _ in range(runs):
        for at, tool in enumerate(tools):
            if at in over:
                continue
            start = time.perf_counter()
            try:
                run(tool, tree, limit)
                seconds[at].append(time.perf_counter() - start)
            except subprocess.TimeoutExpired:
                over.add(at)
                seconds[at].append(limit)
    return [Timing(tuple(each), at in over) for at, each in enumerate(seconds)]


def size(tree: Path) -> tuple[int, int]:
    """Return how many Python files are below a folder, and their bytes."""
    sizes = [path.stat().st_size for path in tree.rglob("*.py")]
    return len(sizes), sum(sizes)


def render(names: Sequence[str], timings: Sequence[Timing], files: int) -> str:
    """Return the table, and the ratio of the first two."""
    rows = []
    for name, timing in zip(names, timings, strict=True):
        more, fewer = ("more than ", "fewer than ") if timing.is_over else ("", "")
        rate = f"{fewer}{files / timing.typical:.0f}"
        rows.append([name, f"{more}{timing.typical:.2f}", rate, str(len(timing.seconds))])
    text = markdown(["tool", "seconds (median)", "files a second", "runs"], rows)
    if len(timings) > 1 and not timings[0].is_over:
        least = "more than " if timings[1].is_over else ""
        ratio = timings[1].typical / timings[0].typical
        text += f"\n\nours is {least}{ratio:.1f} times as fast"
    return text
