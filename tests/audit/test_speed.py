"""How long an audit takes, against `ast.parse` of the same files: both in time of the processor."""

import ast
import functools
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from fastapi_pro.auditing.runner import detectors, run

ROOT = Path(__file__).parents[2]
_MOST = 8  # times ast.parse; a detector that walks all nodes in a loop within a loop takes 20


def _seconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


@pytest.mark.slow
def test_an_audit_takes_a_few_times_as_long_as_to_parse_the_files(tmp_path: Path) -> None:
    for number in range(6):
        for source in sorted((ROOT / "snippets" / "app").rglob("*.py")):
            place = tmp_path / f"service{number}" / source.relative_to(ROOT / "snippets")
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(source.read_bytes())
    files = sorted(tmp_path.rglob("*.py"))
    texts = [file.read_bytes() for file in files]
    detectors()  # what every run pays once
    parsed = min(_seconds(lambda: list(map(ast.parse, texts))) for _ in range(3))
    audited = min(_seconds(functools.partial(run, files, tmp_path, 1)) for _ in range(3))
    assert audited < _MOST * parsed


@pytest.mark.slow
def test_an_empty_run_imports_nothing_that_it_does_not_need() -> None:
    code = (
        "import sys; from fastapi_pro.cli import audit;"
        "print(*sorted({'asyncio', 'difflib', 'platform', 'unittest'} & sys.modules.keys()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == ""
