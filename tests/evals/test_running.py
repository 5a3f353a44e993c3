"""Tests of an unknown author, whatever they do to their process."""

from pathlib import Path

import pytest

from maintain.evaluating.running import run_pytest
from patience import patient

pytestmark = pytest.mark.slow  # the first one imports what all answers need

ENDS = "import os\ndef test_it(): os._exit(3)\n"
HANGS = "import threading\ndef test_it(): threading.Event().wait()\n"
LEAVES_A_THREAD = """
import threading
def test_it(): threading.Thread(target=threading.Event().wait).start()
def test_other(): assert 1 == 2, "one is not two"
"""


def write(folder: Path, code: str) -> Path:
    (folder / "test_it.py").write_text(code)
    return folder


@pytest.mark.parametrize(
    ("code", "seconds", "told"),
    [
        (ENDS, patient(60), "the process of the tests ended with 3"),
        (HANGS, 1, "stopped after 1 s"),
        ("def", patient(60), "SyntaxError"),
        ("", patient(60), "pytest ran no test, and ended with 5"),
    ],
    ids=["ends", "hangs", "is no Python", "has no test"],
)
def test_why_nothing_was_found_out_is_told(
    tmp_path: Path, code: str, seconds: float, told: str
) -> None:
    results = run_pytest(write(tmp_path, code), [], seconds=seconds)
    assert results.passed == set()
    assert told in results.error


def test_threads_that_are_left_behind_are_not_waited_for(tmp_path: Path) -> None:
    results = run_pytest(write(tmp_path, LEAVES_A_THREAD), [], seconds=patient(60))
    assert results.reasons == {
        "test_it.py::test_it": "",
        "test_it.py::test_other": "one is not two",
    }
    assert results.passed == {"test_it.py::test_it"}
