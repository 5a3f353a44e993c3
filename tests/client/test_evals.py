"""The evals run in the real client: a stand-in for the model gives a good and a bad answer."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from maintain.evaluating.tasks import tasks
from patience import patient
from tests.client.npm_clients import Clients
from tests.client.standin import Turn, standin
from tests.distribution.checkout import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

TASK = next(task for task in tasks() if task.name == "orders_endpoint")
DONE: Turn = {"type": "text", "text": "done"}


def evals(
    clients: Clients, url: str, output: Path, *arguments: str
) -> subprocess.CompletedProcess[str]:
    """Run the command on a machine that has the client and a key."""
    command = [sys.executable, ROOT / "scripts" / "maintain.py", "evals", "--task", TASK.name]
    environment = dict(clients.environment()) | {"ANTHROPIC_BASE_URL": url}
    done = subprocess.run(
        [*command, "--without", "--runs", "1", "--output", output, *arguments],
        env=environment, capture_output=True, text=True, timeout=patient(120), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


def answering(folder: Path, answer: str) -> Turn:
    """Return the turn in which the model writes an answer."""
    TASK.lay_out(folder, answer)
    return {"name": "Bash", "input": {"command": f"cp -r {folder}/. .", "description": "write it"}}


def began(output: Path, configuration: str) -> list[str]:
    """Return the commands that the client knew when a run began, skills among them."""
    transcript = output / TASK.name / f"{configuration}-1" / "transcript.jsonl"
    [first] = [json.loads(line) for line in transcript.read_text().splitlines()[:1]]
    commands: list[str] = first["slash_commands"]
    return commands


def test_a_good_and_a_bad_answer(clients: Clients, tmp_path: Path) -> None:
    good = answering(tmp_path / "good", "good")
    bad = answering(tmp_path / "bad", "late_commit.diff")
    output = tmp_path / "results"
    with standin([good, DONE, bad, DONE]) as session:
        done = evals(clients, session.url, output)
        again = evals(clients, session.url, output)
    assert len(session.requests) == 4
    assert again.stderr.count("recorded before") == 2
    assert again.stdout == done.stdout

    result: dict[str, Any] = json.loads((output / "results.json").read_text())
    with_skill, without = sorted(result["runs"], key=lambda run: run["configuration"])
    assert (with_skill["configuration"], without["configuration"]) == (
        "with_skill",
        "without_skill",
    )
    assert with_skill["result"]["failed"] == 0
    failed = {one["text"] for one in without["expectations"] if not one["passed"]}
    assert failed == {TASK.assertions[name] for name in TASK.failures("late_commit.diff")}
    assert without["result"]["findings"] > with_skill["result"]["findings"]
    for run in result["runs"]:
        assert run["error"] == ""
        assert (run["result"]["turns"], run["result"]["tool_calls"]) == (2, 1)
        assert run["result"]["tokens"] == 4
        assert run["result"]["time_seconds"] > 0
    assert "fastapi-review" in began(output, "with_skill")
    assert "fastapi-review" not in began(output, "without_skill")
    assert f"| {TASK.name} | with | 1 | 1 | 100% |" in done.stdout
    assert f"| {TASK.name} | without | 1 | 0 |" in done.stdout
    assert (output / TASK.name / "with_skill-1" / "answer" / "app" / "orders.py").is_file()
    assert not (output / TASK.name / "with_skill-1" / "answer" / ".claude").exists()
