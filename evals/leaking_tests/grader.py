"""The tests pass in every order, are as many as before, and notice what they noticed.

The app is as it was.
"""

from pathlib import Path

import pytest

from evals.tools import check_passed, own_tests
from maintain.evaluating.running import Results

BEFORE = 8  # tests
MAIN = "app/main.py"


@pytest.fixture(scope="module")
def results() -> Results:
    """What the tests give in the order of their files."""
    return own_tests(Path.cwd())


def check_noticed(start: Path, folder: Path, old: str, new: str) -> None:
    """Raise AssertionError if the tests pass with a fault in the app."""
    text = (start / MAIN).read_text()
    assert text.count(old) == 1, f"the start files have no {old!r}"
    faulty = folder / "main.py"
    faulty.write_text(text.replace(old, new))
    found = own_tests(Path.cwd(), changed=[(faulty, MAIN)])
    assert found.error or set(found.reasons) - found.passed, "no test notices"


def test_in_order(results: Results) -> None:
    """They pass in the order of their files."""
    check_passed(results)


def test_reversed(answer: Path, results: Results) -> None:
    """They pass in the reverse order, so none needs another before it, and none spoils another."""
    assert results.reasons, results.error
    check_passed(own_tests(answer, *reversed(results.reasons)))


def test_number(results: Results) -> None:
    """There are as many tests as there were."""
    assert len(results.reasons) >= BEFORE, f"{len(results.reasons)} of {BEFORE} are left"


def test_limit_noticed(start: Path, tmp_path: Path) -> None:
    """They notice when there is no limit any more."""
    check_noticed(start, tmp_path, ">= store.LIMIT", ">= 10 * store.LIMIT")


def test_foreign_todos_noticed(start: Path, tmp_path: Path) -> None:
    """They notice when everybody sees everything."""
    check_noticed(start, tmp_path, "WHERE user = ? ORDER", "WHERE user >= '' OR ? ORDER")


def test_foreign_deletion_noticed(start: Path, tmp_path: Path) -> None:
    """They notice when everybody may delete everything."""
    check_noticed(start, tmp_path, "WHERE id = ? AND user = ?", "WHERE id = ? AND user <> ?||'!'")


def test_app_unchanged(answer: Path, start: Path) -> None:
    """Nothing below app/ is changed."""
    names = ["__init__.py", "main.py", "store.py"]
    now = {file.name: file.read_bytes() for file in sorted((answer / "app").rglob("*.py"))}
    assert now == {name: (start / "app" / name).read_bytes() for name in names}, "it is changed"
