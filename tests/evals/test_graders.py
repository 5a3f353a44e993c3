"""The graders of `evals/`: good answers pass, each bad one fails what it is made to fail."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from maintain.evaluating.grading import grade
from maintain.evaluating.tasks import Task, tasks
from patience import patient

TASKS = {task.name: task for task in tasks()}


@pytest.fixture
def environment(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The run's PostgreSQL for the tasks that ask for one: graders need not start their own."""
    task = TASKS[request.node.callspec.params["name"]]
    if "postgres" not in task.grader.read_text():
        return {}
    return {"APP_TEST_DATABASE_URL": request.getfixturevalue("server_url")}


def failed(
    task: Task, answer: str | None, folder: Path, environment: Mapping[str, str]
) -> dict[str, str]:
    task.lay_out(folder, answer)
    grades = grade(task, folder, patient(120), environment)
    return {one.test: one.reason for one in grades if not one.passed}


@pytest.mark.parametrize(
    ("name", "answer"),
    [(task.name, answer) for task in TASKS.values() for answer in [None, *task.answers]],
)
def test_answer(
    name: str, answer: str | None, tmp_path: Path, environment: Mapping[str, str]
) -> None:
    task = TASKS[name]
    reasons = failed(task, answer, tmp_path, environment)
    if answer is None:
        assert reasons
    else:
        assert set(reasons) == task.failures(answer), reasons
