"""Measure how long build.py --check, validate.py and audit.py take, and how that grows.

usage: tools.py [--runs N] [--write]

Each is timed as a whole process, on what this repository has once, 4 and 16 times: its pages for
build.py, its skills for validate.py, its service for audit.py, on one processor and on all. None
has seen its input before. Prints a table of medians; --write keeps it in docs/bench and
docs/measurements.md. Takes two minutes.

With --trees FOLDER..., audit.py is measured on these folders besides: the seconds of the processor
in one process, as many times `ast.parse` of the same files; seconds that pass with one and with two
processes; the memory of two together, at most; the seconds of --diff, at first and with what it has
kept; and, where ruff is there, its seconds.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]
from audit_speed import forget_audits, measure_tree, tree_table  # noqa: E402
from fastapi_pro.command_line import parser_of  # noqa: E402
from fastapi_pro.installing.contents import SKILLS, contents  # noqa: E402
from maintain.building.tables import markdown  # noqa: E402
from results import origin, report  # noqa: E402

TIMES = (1, 4, 16)
NEEDED = ("SKILL.md", "README.md", "pyproject.toml", "docs", "references", "snippets")
_LITTER = shutil.ignore_patterns("__pycache__", "*.db*", ".*_cache")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--trees", nargs="+", type=Path, default=[], metavar="FOLDER")
    args = parser.parse_args(argv)
    trees = {tree.name: measure_tree(tree, args.runs) for tree in args.trees}
    result = {"runs": args.runs, "seconds": measure(args.runs), "trees": trees}
    report("tools", result, table, write=args.write)
    return 0


def measure(runs: int) -> dict[str, dict[str, dict[str, float]]]:
    """Return the size of each tree, and the median seconds of each command on it."""
    measured: dict[str, dict[str, dict[str, float]]] = {}
    for command, (make, pattern, _) in COMMANDS.items():
        for times in TIMES:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                make(folder, times)
                line = [sys.executable, *command.format(folder=folder).split()]
                line[1] = str(ROOT / "scripts" / line[1])
                taken = statistics.median(_seconds_anew(line, folder / ".cache", runs))
                size = len([*folder.glob(pattern)])
                cell = {"size": size, "seconds": round(taken, 2)}
            measured.setdefault(command, {})[str(times)] = cell
            print(command, times, cell, file=sys.stderr, flush=True)
    return measured


def _seconds_anew(command: Sequence[str], cache: Path, runs: int) -> list[float]:
    """Return how long a command takes that knows its own modules, but nothing of its input."""
    seconds = []
    for _ in range(runs + 1):
        forget_audits(cache)
        seconds.append(seconds_of(command, XDG_CACHE_HOME=str(cache)))
    return seconds[1:]


def seconds_of(command: Sequence[str], **environment: str) -> float:
    """Return how long a command takes. Raises RuntimeError where it does not end with 0."""
    started = time.perf_counter()
    env = os.environ | environment
    done = subprocess.run(command, capture_output=True, text=True, env=env, check=False)
    taken = time.perf_counter() - started
    if done.returncode:
        raise RuntimeError(f"{command}: {done.returncode}\n{(done.stdout + done.stderr)[-2000:]}")
    return taken


def _repository(folder: Path, times: int) -> None:
    for name in NEEDED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=_LITTER)
        else:
            shutil.copy(source, folder)
    for page in list((folder / "references").glob("*.md")):
        for number in range(1, times):
            shutil.copy(page, page.with_stem(f"{page.stem}-{number}"))
    seconds_of([sys.executable, str(ROOT / "scripts" / "build.py"), "--root", str(folder)])


def _skills(folder: Path, times: int) -> None:
    for number in range(times):
        for skill in SKILLS:
            for name, content in contents(ROOT, skill).items():
                file = folder / str(number) / skill / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)


def _services(folder: Path, times: int) -> None:
    for number in range(times):
        for part in ("app", "tests"):
            source = ROOT / "snippets" / part
            shutil.copytree(source, folder / f"s{number}" / part, ignore=_LITTER)


COMMANDS: dict[str, tuple[Callable[[Path, int], None], str, str]] = {
    "build.py --check --root {folder}": (_repository, "references/*.md", "pages"),
    "validate.py {folder}": (_skills, "**/SKILL.md", "skills"),
    "audit.py --jobs 1 {folder}": (_services, "**/*.py", "modules"),
    "audit.py {folder}": (_services, "**/*.py", "modules"),
}


def table(result: Mapping[str, Any]) -> str:
    """Return the table, and what it was measured on."""
    rows: list[Sequence[object]] = [("seconds", *(f"{times} times" for times in TIMES))]
    for command, cells in result["seconds"].items():
        title = command.replace(" --root {folder}", "").replace(" {folder}", "")
        unit = COMMANDS[command][2]
        shown = [f"{cell['seconds']} ({cell['size']} {unit})" for cell in cells.values()]
        rows.append((f"`{title}`", *shown))
    measured_by = origin("tools", result)
    trees = f"{tree_table(result['trees'])}\n" if result.get("trees") else ""
    about = f"Whole processes, medians of {result['runs']}, {measured_by}"
    return f"{markdown(rows)}\n{trees}{about}"


if __name__ == "__main__":
    sys.exit(main())
