"""Measure what `new.py` makes: its size, and how long its tests take.

usage: new_project.py [--runs N] [--write]

Makes a full project, a minimal one and one with five recipes. The first `uv run pytest` of each
makes its environment from uv's cache, compiles all modules and starts its first database. Prints a
table of medians; --write keeps it in docs. Takes five minutes.
"""

import io
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import tokenize
from collections.abc import Iterable, Mapping, Sequence
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
_HEAD = (
    "`new.py shop`",
    "lines in `app/`",
    "of them code",
    "tests",
    "s, first `uv run pytest`",
    "s, again",
)
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
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


def sizes(texts: Iterable[str]) -> dict[str, int]:
    """Return how many lines these Python files have, and how many of them are code."""
    lines = code = 0
    for text in texts:
        lines += text.count("\n")
        code += lines_of_code(text)
    return {"lines": lines, "code": code}


def lines_of_code(text: str) -> int:
    """Return how many lines are neither empty nor comment nor docstring."""
    code: set[int] = set()
    begins = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE and not (begins and token.type == tokenize.STRING):
            code.update(range(token.start[0], token.end[0] + 1))
        begins = token.type in _NO_CODE
    return len(code)


def measure(options: str, runs: int) -> dict[str, float]:
    """Return the size, tests and seconds of a project. Raises RuntimeError where a test fails."""
    first, again = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as name:
            shop = Path(name, "shop")
            new = [sys.executable, str(ROOT / "scripts" / "new.py"), str(shop), *options.split()]
            subprocess.run(new, check=True, capture_output=True)
            size = sizes(file.read_text(encoding="utf-8") for file in shop.glob("app/**/*.py"))
            tests, seconds = _tested(shop)
            first.append(seconds)
            again.append(_tested(shop)[1])
        print(options, tests, first[-1], again[-1], file=sys.stderr, flush=True)
    return {
        **size,
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
    rows: list[Sequence[object]] = [_HEAD]
    for options, of in result["of"].items():
        shown = f"`{options}`" if options else "no option"
        size = f"{of['lines']:,}", f"{of['code']:,}"
        rows.append((shown, *size, of["tests"], of["first"], of["again"]))
    return f"{markdown(rows)}\nMedians of {result['runs']}, {origin('new_project', result)}"


if __name__ == "__main__":
    sys.exit(main())
