"""maintain.py evals, with a script in place of the client: what is kept when a run goes wrong."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from maintain import evals
from maintain.evaluating import client
from maintain.evaluating.grading import Grade
from maintain.evaluating.tasks import Task

RESULT = {
    "type": "result", "subtype": "success", "is_error": False, "num_turns": 3,
    "usage": {"input_tokens": 10, "cache_read_input_tokens": 200, "output_tokens": 30},
}  # fmt: skip
SKILL = {"type": "tool_use", "name": "Skill", "input": {"skill": "fastapi-pro"}}
SAID = [{"type": "assistant", "message": {"content": [SKILL]}}, RESULT]
Fake = Callable[[str], None]


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fake:
    """Put a script on PATH as `claude`, and a key into the environment; no answer is graded."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "dummy-not-a-key")
    monkeypatch.setattr(evals, "grade", lambda task, _folder: grades(task))
    monkeypatch.setattr(evals, "_findings", lambda _folder: ["app/main.py:1 some-rule [low]"])

    def write(code: str) -> None:
        head = f"#!{sys.executable}\nimport json, sys, time\n"
        head += "if '--version' in sys.argv: print('1.2.3'); sys.exit()\n"
        (folder / "claude").write_text(head + code)
        (folder / "claude").chmod(0o755)

    return write


def grades(task: Task) -> list[Grade]:
    return [Grade(test, text, "") for test, text in task.assertions.items()]


def says(*events: object) -> str:
    return "".join(f"print({json.dumps(json.dumps(event))}, flush=True)\n" for event in events)


def run(output: Path, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
    """Run the command for one task; return the records."""
    command = ["--task", "review", "--runs", "1", "--output", str(output), *arguments]
    assert evals.main(command) == code
    file = output / "results.json"
    runs: list[dict[str, Any]] = json.loads(file.read_text())["runs"] if file.exists() else []
    return runs


def test_what_the_client_tells_is_kept(fake: Fake, tmp_path: Path) -> None:
    fake(says(*SAID))
    [record] = run(tmp_path / "out")
    result = record["result"]
    assert (result["tokens"], result["output_tokens"], result["turns"]) == (240, 30, 3)
    assert (result["skills"], result["tool_calls"]) == (["fastapi-pro"], 1)
    assert (result["findings"], result["failed"], record["error"]) == (1, 0, "")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("sys.exit('no such model')", "the client ended with 1: no such model"),
        ("print('half a li')", "the client said nothing of a result"),
        (says(RESULT | {"is_error": True, "result": "overloaded"}), "success: overloaded"),
        ("time.sleep(600)", "stopped after 0 minutes"),
    ],
)
def test_a_run_that_goes_wrong_is_recorded_and_the_next_is_made(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, told: str
) -> None:
    real = client.Client.run
    if "sleep" in code:
        monkeypatch.setattr(
            client.Client, "run", lambda self, *given: real(self, *given[:3], seconds=0.1)
        )
    fake(code)
    first, second = run(tmp_path / "out", "--without")
    assert first["error"] == second["error"] == told
    assert f"did not end: {told}" in (tmp_path / "out" / "results.md").read_text()


def test_what_is_recorded_is_not_run_again_and_what_was_interrupted_is(
    fake: Fake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(says(*SAID))
    output = tmp_path / "out"
    run(output)
    interrupted = output / "review" / "with_skill-2"
    interrupted.mkdir()
    (interrupted / "transcript.jsonl").write_text("half")
    capsys.readouterr()
    assert len(run(output, "--runs", "2")) == 2
    told = capsys.readouterr().err
    assert told.count("recorded before") == 1
    assert (interrupted / "record.json").is_file()


@pytest.mark.slow
def test_results_of_other_conditions_are_not_mixed(
    fake: Fake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake(says(*SAID))
    run(tmp_path / "out")
    run(tmp_path / "out", "--model", "other", code=2)
    assert "holds runs of model 'default', this is 'other'" in capsys.readouterr().err


def test_without_a_client_or_a_key_it_says_what_to_do(
    fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as bare:
        bare.setenv("PATH", str(tmp_path))
        run(tmp_path / "out", code=2)
    assert "no `claude` on PATH; write `npm install" in capsys.readouterr().err
    fake("")
    for name in client.KEYS:
        monkeypatch.delenv(name, raising=False)
    run(tmp_path / "out", code=2)
    assert "no key for the model; set one of ANTHROPIC_API_KEY" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--task", "tea"], "there is no task 'tea'; write one of"),
        (["--grade", "nowhere"], "--grade needs to know what was asked"),
        (["--task", "review", "--grade", "nowhere"], "nowhere: no such folder"),
    ],
)
def test_wrong_use_is_told(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evals.main(arguments) == 2
    assert told in capsys.readouterr().err


def test_a_folder_is_graded_as_it_is(
    fake: Fake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evals.main(["--task", "review", "--grade", str(tmp_path)]) == 0
    assert "passed No file of the service is changed." in capsys.readouterr().out
