"""Copies of the process share work: each task is done once, and what goes wrong is told."""

import os
import signal
import time
from pathlib import Path

import pytest

from fastapi_pro.auditing.model import project_files
from fastapi_pro.auditing.processes import Copy, beside, joined, shared

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.mark.parametrize("jobs", [1, 2, 5, 20])
def test_each_task_is_done_once(jobs: int) -> None:
    tasks = [*range(300)]
    assert sorted(shared(tasks, lambda task: [task, -task], jobs)) == sorted([*range(-299, 300), 0])
    assert list(shared([], lambda _: [1], jobs)) == []


def test_this_process_begins_with_the_first_task_and_a_copy_with_the_last(tmp_path: Path) -> None:
    def meet(task: int) -> list[tuple[int, int]]:
        """Wait until both processes have a task."""
        (tmp_path / str(os.getpid())).touch()
        end = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 2 and time.monotonic() < end:
            time.sleep(0.001)
        return [(task, os.getpid())]

    by = dict(shared(range(20), meet, 2))
    assert by[0] == os.getpid() != by[19]
    own = sorted(task for task, process in by.items() if process == os.getpid())
    assert own == [*range(len(own))]


def test_an_error_of_a_copy_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError, match="division by zero"):
        Copy(lambda: 1 / 0).result()


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_a_copy_that_is_stopped_goes_on_with_nothing_else(
    stop: type[BaseException], tmp_path: Path
) -> None:
    def work() -> None:
        raise stop

    try:
        copy = Copy(work)
    except BaseException:  # noqa: BLE001 -- what a copy must not come to
        (tmp_path / "went on").touch()
        os._exit(1)
    with pytest.raises(ChildProcessError, match="was ended"):
        copy.result()
    assert list(tmp_path.iterdir()) == []


def test_a_copy_that_is_killed_is_told() -> None:
    with pytest.raises(ChildProcessError, match="was ended"):
        Copy(lambda: os.kill(os.getpid(), signal.SIGKILL)).result()


def test_what_a_copy_read_counts_as_read_here(tmp_path: Path) -> None:
    for name in ("before", "here", "there"):
        (tmp_path / name).write_text(name)
    project_files.put_back({}, watch=True)
    try:
        project_files.read(tmp_path / "before")
        copy = beside(lambda: [project_files.read(tmp_path / "there")])
        project_files.read(tmp_path / "here")
        assert [*joined(copy)] == [b"there"]
        answers = project_files.answers()
        assert answers is not None
        assert {*answers} == {f"read {tmp_path / name}" for name in ("before", "here", "there")}
        found, asked = beside(lambda: [1]).result()
        assert (found, asked) == ([1], {})  # not what was asked before there was a copy
    finally:
        project_files.put_back({})
