"""The folders of `evals/`: whole, told in one place, and not given to users."""

import json
from pathlib import Path

import pytest

from fastapi_pro.installing.contents import SKILLS, contents
from maintain import evals_listing
from maintain.evaluating.tasks import EVALS, Task, TaskError, tasks
from tests.distribution.checkout import ROOT

TASKS = tasks()


def test_the_listing_is_made_of_the_folders() -> None:
    assert evals_listing.main(["--check"]) == 0


def test_there_are_enough_tasks_and_all_have_what_a_task_has() -> None:
    assert 8 <= len(TASKS) <= 12
    for task in TASKS:
        assert task.prompt
        assert task.expected
        assert task.files
        assert "good" in task.answers
        assert sum(name.endswith(".diff") for name in task.answers) >= 3, task.name
    several = [task for task in TASKS if sum(n.startswith("good") for n in task.answers) > 1]
    assert len(several) >= len(TASKS) / 2


def test_each_assertion_is_failed_by_an_answer_that_is_bad_for_it() -> None:
    """An assertion that nothing fails would prove nothing of an answer."""
    for task in TASKS:
        failed = set().union(*(task.failures(answer) for answer in task.answers))
        assert failed == task.assertions.keys(), task.name


def test_the_queries_are_twenty_and_half_of_them_are_near_misses() -> None:
    queries = json.loads((EVALS / "triggers.json").read_text(encoding="utf-8"))
    assert all(entry.keys() == {"query", "should_trigger"} for entry in queries)
    assert len({entry["query"] for entry in queries}) == len(queries) == 20
    assert [entry["should_trigger"] for entry in queries].count(True) == 10


def test_no_skill_holds_them() -> None:
    for skill in SKILLS:
        assert not any("eval" in name for name in contents(ROOT, skill)), skill


@pytest.fixture
def task(tmp_path: Path) -> Task:
    """A task that is whole."""
    folder = tmp_path / "evals" / "tea"
    (folder / "start").mkdir(parents=True)
    (folder / "start" / "main.py").write_text("a = 1\n")
    (folder / "answers" / "good").mkdir(parents=True)
    (folder / "answers" / "good" / "main.py").write_text("a = 2\n")
    (folder / "answers" / "bad.diff").write_text(
        "Fails: test_a\n--- main.py\n+++ main.py\n@@\n-a = 2\n+a = 3\n"
    )
    (folder / "prompt.md").write_text("Make it two.\n")
    (folder / "grader.py").write_text('"""It is two."""\ndef test_a():\n    """a is 2."""\n')
    return Task(folder, 1)


def test_a_bad_answer_is_a_change_of_the_good_one(task: Task, tmp_path: Path) -> None:
    for answer, text in ((None, "a = 1\n"), ("good", "a = 2\n"), ("bad.diff", "a = 3\n")):
        task.lay_out(tmp_path / str(answer), answer)
        assert (tmp_path / str(answer) / "main.py").read_text() == text
    assert task.failures("bad.diff") == {"test_a"}
    assert task.assertions == {"test_a": "a is 2."}
    assert task.files == ["evals/tea/start/main.py"]


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("answers/bad.diff", "--- main.py\n", "begin it with `Fails: test_...`"),
        ("answers/bad.diff", "Fails: test_b\n", "the grader has no test_b"),
        ("grader.py", "def test_a(): ...\n", "it has no docstring; say what is expected"),
        ("grader.py", '"""Two."""\ndef test_a(): ...\n', "`test_a` has no docstring"),
        ("grader.py", '"""Two."""\n', "no test in it; write a `def test_...`"),
        ("grader.py", "def", "grader.py:1: "),
    ],
)
def test_what_a_folder_lacks_is_told(task: Task, file: str, text: str, told: str) -> None:
    (task.folder / file).write_text(text)
    with pytest.raises(TaskError, match=r"grader\.py|bad\.diff") as caught:
        assert (task.expected, task.assertions, task.failures("bad.diff")) is None
    assert told in str(caught.value)
