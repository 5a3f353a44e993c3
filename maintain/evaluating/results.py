"""What the runs gave, kept as they end, and the tables made of it.

A run is told in the form of a run in skill-creator's benchmark.json, with some keys besides.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Any

from maintain.building.tables import markdown
from maintain.evaluating.client import Outcome
from maintain.evaluating.grading import Grade
from maintain.evaluating.tasks import Task

WITH, WITHOUT = "with_skill", "without_skill"
RECORD = "record.json"
_CONDITIONS = "conditions.json"
Record = dict[str, Any]


@dataclass(frozen=True)
class Run:
    """The n-th time that a task is given, with the skill or without."""

    task: Task
    configuration: str
    number: int

    def __str__(self) -> str:
        return f"{self.task.name}, {self.configuration}, run {self.number}"


class ResultsError(Exception):
    """Why results cannot be kept in a folder, and what to do."""


def check_conditions(folder: Path, conditions: Mapping[str, str]) -> None:
    """Begin the results of a folder, or check that they go on as they began.

    Raises ResultsError.
    """
    file = folder / _CONDITIONS
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        write(file, json.dumps(conditions, indent=2) + "\n")
        return
    began = _read(file)
    for name, value in conditions.items():
        if began.get(name) != value:
            raise ResultsError(
                f"{folder} holds runs of {name} {began.get(name)!r}, this is {value!r}; "
                "write another --output"
            )


def record_of(
    run: Run, outcome: Outcome, grades: Sequence[Grade], findings: Sequence[str]
) -> Record:
    """Return what is kept of a run."""
    passed = sum(one.passed for one in grades)
    return {
        "eval_id": run.task.number,
        "eval_name": run.task.name,
        "configuration": run.configuration,
        "run_number": run.number,
        "result": {
            "pass_rate": round(passed / len(grades), 4),
            "passed": passed,
            "failed": len(grades) - passed,
            "total": len(grades),
            "findings": len(findings),
            "time_seconds": outcome.seconds,
            "tokens": outcome.tokens,
            "output_tokens": outcome.output_tokens,
            "turns": outcome.turns,
            "tool_calls": outcome.tool_calls,
            "skills": outcome.skills,
            "errors": int(bool(outcome.error)),
        },
        "expectations": [
            {"text": one.text, "passed": one.passed, "evidence": one.reason or one.test}
            for one in grades
        ],
        "findings": list(findings),
        "error": outcome.error,
    }


def report(folder: Path) -> str:
    """Write what all runs of a folder gave to results.json and results.md; return the latter."""
    records = [_read(file) for file in sorted(folder.glob(f"*/*/{RECORD}"))]
    conditions = _read(folder / _CONDITIONS)
    metadata = {"skill_name": "fastapi-pro", **conditions}
    result = {"metadata": metadata, "runs": records}
    write(folder / "results.json", json.dumps(result, indent=2) + "\n")
    text = f"{_table(records)}\n{_notes(records, conditions)}"
    write(folder / "results.md", text)
    return text


def _table(records: Sequence[Record]) -> str:
    head = [
        *("Task", "Skill", "Runs", "All passed", "Checks passed", "Findings left"),
        *("Tokens", "Turns", "Minutes"),
    ]
    groups: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        groups.setdefault((record["eval_name"], record["configuration"]), []).append(record)
    for how in (WITH, WITHOUT):
        groups["all", how] = [record for record in records if record["configuration"] == how]
    rows = [_row(name, how, group) for (name, how), group in groups.items() if group]
    return markdown([head, *rows])


def _row(name: str, configuration: str, records: Sequence[Record]) -> list[str]:
    ended = [record["result"] for record in records if not record["error"]]
    lost = len(records) - len(ended)
    runs = f"{len(ended)}, {lost} not ended" if lost else str(len(ended))
    skill = "with" if configuration == WITH else "without"
    if not ended:
        return [name, skill, runs, *["-"] * 6]

    def average(key: str) -> float:
        return mean(float(result[key]) for result in ended)

    checks = sum(result["passed"] for result in ended) / sum(result["total"] for result in ended)
    return [
        name,
        skill,
        runs,
        str(sum(not result["failed"] for result in ended)),
        f"{checks:.0%}",
        f"{average('findings'):.1f}",
        f"{average('tokens'):,.0f}",
        f"{average('turns'):.1f}",
        f"{average('time_seconds') / 60:.1f}",
    ]


def _notes(records: Sequence[Record], conditions: Mapping[str, str]) -> str:
    told = ", ".join(f"{name} {value}" for name, value in conditions.items())
    lines = [f"Averages of the runs that ended. {told}."]
    for record in records:
        run = f"{record['eval_name']}, {record['configuration']}, run {record['run_number']}"
        if record["error"]:
            lines.append(f"- {run} did not end: {record['error']}")
        lines += [
            f"- {run}: not so: {one['text']} ({one['evidence']})"
            for one in record["expectations"]
            if not one["passed"]
        ]
    return "\n".join(lines) + "\n"


def write(file: Path, text: str) -> None:
    """Replace a file as a whole, so that an interruption leaves none that is half."""
    new = file.with_name(f".{file.name}.new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, file)  # noqa: PTH105


def _read(file: Path) -> Record:
    try:
        content: Record = json.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ResultsError(f"{file}: {error}; delete it, and the run is made again") from None
    return content
