"""What a task's grader says of a folder."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from maintain.evaluating.running import run_pytest
from maintain.evaluating.tasks import EVALS, Task

SECONDS = 300


@dataclass(frozen=True)
class Grade:
    """One assertion about an answer; the reason is empty where it holds."""

    test: str
    text: str
    reason: str

    @property
    def passed(self) -> bool:
        """Whether it holds."""
        return not self.reason


def grade(
    task: Task,
    folder: Path,
    seconds: float = SECONDS,
    environment: Mapping[str, str] | None = None,
) -> list[Grade]:
    """Return a grade for each assertion of a task. The folder is written to.

    `environment` are variables of the grader's process, which has those of this one at its start.
    """
    limit = f"timeout={seconds / 2:.0f}"  # of a test
    arguments = ["-c", str(EVALS / "graders.ini"), "-o", limit, str(task.grader)]
    variables = {"EVALS_START": str(task.start), **(environment or {})}
    results = run_pytest(folder, arguments, seconds=seconds, environment=variables)
    reasons = {name.partition("::")[2]: reason for name, reason in results.reasons.items()}
    missing = results.error or "the grader ended before it"
    return [
        Grade(name, text, reasons.get(name, f"not found out: {missing}"))
        for name, text in task.assertions.items()
    ]
