"""How fast audit.py is on a tree, against `ast.parse` of the same files and against ruff."""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from maintain.building.tables import markdown
from processor import kilobytes_of

ROOT = Path(__file__).resolve().parents[1]
_AUDIT = ROOT / "scripts" / "audit.py"
_AS_SOMEBODY = "-c user.name=bench -c user.email=bench@example.com -c commit.gpgSign=false"
_PARSE = """
import ast, gc, sys, time, warnings
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from fastapi_pro.auditing.sources.walk import collect
files = collect([Path(sys.argv[2])])[0]
warnings.simplefilter("ignore")
gc.disable()
lines, started = 0, time.process_time()
for file in files:
    try:
        source = file.read_bytes()
        ast.parse(source)
        lines += source.count(b"\\n")
    except (SyntaxError, ValueError):
        pass
print(time.process_time() - started, lines)
"""


def measure_tree(tree: Path, runs: int) -> dict[str, float]:
    """Return the medians for a tree, in seconds and megabytes."""
    parsed = [_parsed(tree) for _ in range(runs)]
    one, again = _audited(tree, 1, runs)
    two, _ = _audited(tree, 2, runs)
    parse = statistics.median(seconds for seconds, _ in parsed)
    cpu = statistics.median(used for used, _ in one)
    cpu_again = statistics.median(used for used, _ in again)
    found = {
        "lines": parsed[0][1],
        "parse": round(parse, 2),
        "times_parse": round(cpu / parse, 1),
        "times_parse_again": round(cpu_again / parse, 1),
        "one_process": round(statistics.median(passed for _, passed in one), 2),
        "two_processes": round(statistics.median(passed for _, passed in two), 2),
        "megabytes": _memory([sys.executable, str(_AUDIT), ".", "--jobs", "2", "--no-cache"], tree),
    }
    found |= measure_changes(tree)
    if ruff := shutil.which("ruff"):
        line = [ruff, "check", "--no-cache", "--isolated", "--select", "ASYNC,FAST", "--exit-zero"]
        found["ruff"] = round(statistics.median(_timed(line, tree)[1] for _ in range(runs)), 2)
    return found


def measure_changes(tree: Path) -> dict[str, float]:
    """Return the seconds of `--diff` on a copy of a tree: at first, and after another change."""
    with tempfile.TemporaryDirectory() as name:
        copy, cache = Path(name, "tree"), Path(name, "cache")
        shutil.copytree(tree, copy, ignore=shutil.ignore_patterns(".git"))
        for command in ("init -q", "add -Af .", f"{_AS_SOMEBODY} commit -qm first"):
            subprocess.run(["git", *command.split()], cwd=copy, check=True)
        largest = max(copy.rglob("*.py"), key=lambda file: file.stat().st_size)
        line = ["env", f"XDG_CACHE_HOME={cache}", sys.executable, str(_AUDIT), "."]
        subprocess.run(line, cwd=copy, capture_output=True, check=False)  # compiles its modules
        seconds = {}
        for when in ("diff_first", "diff_again"):
            with largest.open("a") as file:
                file.write("\n# changed\n")
            seconds[when] = round(_timed([*line, "--diff"], copy)[1], 2)
    return seconds


def tree_table(trees: Mapping[str, Mapping[str, float]]) -> str:
    """Return the table of the trees."""
    head = (
        "audit.py on",
        "lines",
        "times `ast.parse`",
        "same files again",
        "s, one process",
        "s, two",
        "MB",
        "s, `--diff` at first",
        "s, `--diff` again",
        "s, ruff",
    )
    keys = (
        "lines", "times_parse", "times_parse_again", "one_process", "two_processes", "megabytes",
        "diff_first", "diff_again", "ruff",
    )  # fmt: skip
    rows: list[Sequence[object]] = [head]
    rows += [(name, *(tree.get(key, "") for key in keys)) for name, tree in trees.items()]
    return markdown(rows)


def _parsed(tree: Path) -> tuple[float, int]:
    line = [sys.executable, "-c", _PARSE, str(ROOT), str(tree)]
    done = subprocess.run(line, capture_output=True, text=True, check=True)
    seconds, lines = done.stdout.split()
    return float(seconds), int(lines)


def _audited(
    tree: Path, jobs: int, runs: int
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return the seconds of audits that know nothing of the tree, and of those after them."""
    first, again = [], []
    with tempfile.TemporaryDirectory() as cache:
        line = ["env", f"XDG_CACHE_HOME={cache}", sys.executable, str(_AUDIT), "."]
        for run in range(runs + 1):
            forget_audits(Path(cache))
            taken = [_timed([*line, "--jobs", str(jobs)], tree) for _ in range(2)]
            if run:  # the very first one compiles our modules
                first.append(taken[0])
                again.append(taken[1])
    return first, again


def forget_audits(cache: Path) -> None:
    """Remove what the audit has kept of projects; its compiled modules stay."""
    shutil.rmtree(cache / "fastapi-pro" / "audits", ignore_errors=True)


def _timed(line: Sequence[str], folder: Path) -> tuple[float, float]:
    """Return the seconds of the processor that a command takes, and those that pass."""
    before, started = os.times(), time.perf_counter()
    subprocess.run(line, cwd=folder, capture_output=True, check=False)
    passed, after = time.perf_counter() - started, os.times()
    used = after.children_user + after.children_system
    return used - before.children_user - before.children_system, passed


def _memory(line: Sequence[str], folder: Path) -> int:
    """Return the most memory of a command and its children, in megabytes; shared pages once."""
    most = 0
    quiet = subprocess.DEVNULL
    with subprocess.Popen(line, cwd=folder, stdout=quiet, stderr=quiet) as process:
        while process.poll() is None:
            most = max(most, sum(map(kilobytes_of, [process.pid, *_children(process.pid)])))
            time.sleep(0.1)
    return most // 1024


def _children(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [int(child) for child in task.read_text(encoding="ascii").split()]
        except OSError:
            continue
    return found
