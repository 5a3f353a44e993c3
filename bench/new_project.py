"""Measure what `new.py` makes: its size, and how long its tests take.

usage: new_project.py [--runs N] [--write]

Makes a full project, a minimal one and one with five recipes. The first `uv run pytest` of each
makes its environment from uv's cache, compiles all modules and starts its first database. Prints a
table of medians; --write keeps it in docs. Takes five minutes.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT)]
from fastapi_pro.command_line import parser_of  # noqa: E402
from maintain.building.tables import markdown  # noqa: E402
from results import origin, report  # noqa: E402

OPTIONS = (
    "",
    "--minimal",
    "--with rate-limit,refresh-tokens,roles,uploads,jobs",
)
_PASSED = re.compile(r"^(\d+) passed", re.MULTILINE)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return the exit code."""
    parser = parser_of(__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args(argv)
    figures = {
        "runs": args.runs,
        "of": {options: measure(options, args.runs) for options in OPTIONS},
    }
    report("new_project", figures, table, write=args.write)
    return 0


def measure(options: str, runs: int) -> dict[str, float]:
    """Return lines, tests and seconds of a project. Raises RuntimeError where a test fails."""
    first, again = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as name:
            shop = Path(name, "shop")
            new = [sys.executable, str(ROOT / "scripts" / "new.py"), str(shop), *options.split()]
            subprocess.run(new, check=True, capture_output=True)
            lines = sum(file.read_bytes().count(b"\n") for file in shop.glob("app/**/*.py"))
            tests, seconds = _tested(shop)
            first.append(seconds)
            again.append(_tested(shop)[1])
        print(options, tests, first[-1], again[-1], file=sys.stderr, flush=True)
    return {
        "lines": lines,
        "tests": tests,
        "first": round(statistics.median(first), 1),
        "again": round(statistics.median(again), 1),
    }


def _tested(project: Path) -> tuple[int, float]:
    """Return how many tests of a project passed, and in how many seconds."""
    started = time.perf_counter()
    environment = {k: v for k, v in os.environ.items() if k != "VIRTUAL_ENV"}
    run = ["uv", "run", "pytest", "-q"]
    done = subprocess.run(
        run, cwd=project, env=environment, capture_output=True, text=True, check=False
    )
    seconds = time.perf_counter() - started
    passed = _PASSED.search(done.stdout)
    if done.returncode or passed is None:
        raise RuntimeError((done.stdout + done.stderr)[-2000:])
    return int(passed[1]), seconds


def table(result: Mapping[str, Any]) -> str:
    """Return the table, and what it was measured on."""
    head = ("`new.py shop`", "lines in `app/`", "tests", "s, first `uv run pytest`", "s, again")
    rows: list[Sequence[object]] = [head]
    for options, of in result["of"].items():
        shown = f"`{options}`" if options else "no option"
        rows.append((shown, f"{of['lines']:,}", of["tests"], of["first"], of["again"]))
    return f"{markdown(rows)}\nMedians of {result['runs']}, {origin('new_project', result)}"


if __name__ == "__main__":
    sys.exit(main())
