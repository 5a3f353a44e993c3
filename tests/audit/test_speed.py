"""How long an audit takes, against `ast.parse` of the same files: both in time of the processor."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
_MOST = 12  # times ast.parse, of small files; a detector with a loop within a loop takes 30
_MEASURE = """
import ast, sys, time
from pathlib import Path
from fastapi_pro.auditing.detectors import detectors
from fastapi_pro.auditing.runner import run

def seconds(work):
    started = time.process_time()
    work()
    return time.process_time() - started

folder = Path(sys.argv[1])
files = sorted(folder.rglob("*.py"))
texts = [file.read_bytes() for file in files]
detectors()  # what every run pays once
parsed = min(seconds(lambda: list(map(ast.parse, texts))) for _ in range(3))
print(min(seconds(lambda: run(files, folder, 1)) for _ in range(3)) / parsed)
"""


@pytest.mark.slow
def test_an_audit_takes_a_few_times_as_long_as_to_parse_the_files(tmp_path: Path) -> None:
    """In a process of its own, as coverage slows down ours alone."""
    for number in range(6):
        for source in sorted((ROOT / "snippets" / "app").rglob("*.py")):
            place = tmp_path / f"service{number}" / source.relative_to(ROOT / "snippets")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(source.read_bytes())
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, tmp_path],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert float(done.stdout) < _MOST, done.stdout


@pytest.mark.slow
def test_an_empty_run_imports_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys; from fastapi_pro.cli import audit;"
        "needless = {'asyncio', 'difflib', 'hashlib', 'platform', 'unittest'};"
        "print(*sorted(needless & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
