"""The graders of `evals/`: good answers pass, each bad one fails what it is made to fail.

A normal run grades a sample of the answers, and all of a task that differs from the commit.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest

from maintain.evaluating.grading import grade
from maintain.evaluating.tasks import tasks
from patience import patient
from tests.support.sample import changed, sample

TASKS = {task.name: task for task in tasks()}
START = "start"  # the files without an answer, which no grader may pass
ANSWERS = [f"{task.name}/{answer}" for task in TASKS.values() for answer in [START, *task.answers]]
SAMPLE = 5

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the answers: each takes about two seconds of a core."""
    if "name" in metafunc.fixturenames:
        wanted = sample(ANSWERS, SAMPLE)
        differing = changed("evals")
        metafunc.parametrize(
            "name",
            [
                name
                for name in ANSWERS
                if metafunc.config.getoption("whole")
                or name in wanted
                or name.partition("/")[0] in differing
            ],
        )


@pytest.fixture
def environment(name: str, request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The run's PostgreSQL for the graders that ask for one: they need not start their own."""
    if "postgres" not in TASKS[name.partition("/")[0]].grader.read_text():
        return {}
    return {"APP_TEST_DATABASE_URL": request.getfixturevalue("server_url")}


def test_answer(name: str, tmp_path: Path, environment: Mapping[str, str]) -> None:
    of, _, answer = name.partition("/")
    task = TASKS[of]
    task.lay_out(tmp_path, None if answer == START else answer)
    grades = grade(task, tmp_path, patient(120), environment)
    reasons = {one.test: one.reason for one in grades if not one.passed}
    if answer == START:
        assert reasons
    else:
        assert set(reasons) == task.failures(answer), reasons
