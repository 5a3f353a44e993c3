"""The two skills called by hand."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.distribution.checkout import ROOT, install

MANUAL = ["fastapi-new", "fastapi-review"]


def run(script: Path, *arguments: str, code: int = 0) -> str:
    """Run a launcher in the root folder; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-S", script, *arguments],
        cwd="/", capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_launchers_are_one_text() -> None:
    first, second = ((ROOT / "skills" / skill / "run.py").read_bytes() for skill in MANUAL)
    assert first == second


@pytest.mark.parametrize("skill", MANUAL)
def test_installed_beside_the_main_skill_it_is_found(skill: str, tmp_path: Path) -> None:
    install(ROOT, "--project", tmp_path)
    skills = tmp_path / ".claude" / "skills"
    told = run(skills / skill / "run.py", "rules", "deep-offset")
    assert told.splitlines()[0] == f"main skill: {skills / 'fastapi-pro' / 'SKILL.md'}"
    assert "deep-offset (" in told


@pytest.mark.parametrize("skill", MANUAL)
def test_in_a_plugin_the_main_skill_is_above_it(skill: str) -> None:
    told = run(ROOT / "skills" / skill / "run.py", "audit", "--list")
    assert told.splitlines()[0] == f"main skill: {ROOT / 'SKILL.md'}"


def test_the_exit_code_is_that_of_the_command(tmp_path: Path) -> None:
    shutil.copy(ROOT / "snippets" / "rules" / "blocking_call_in_async" / "bad.py", tmp_path)
    script = ROOT / "skills" / "fastapi-review" / "run.py"
    assert "blocking-call-in-async" in run(script, "audit", str(tmp_path), code=1)
    assert "there is no rule" in run(script, "rules", "no-such-rule", code=2)


def test_alone_it_says_what_is_missing(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "skills" / "fastapi-new", tmp_path / "a" / "b" / "fastapi-new")
    told = run(tmp_path / "a" / "b" / "fastapi-new" / "run.py", "new", "shop", code=2)
    missing = tmp_path / "a" / "b" / "fastapi-pro"
    assert told == f"run.py: the skill fastapi-pro is not in {missing}; install it, too\n"


@pytest.mark.parametrize("arguments", [[], ["build"], ["--help"]])
def test_other_words_are_answered_with_the_usage(arguments: list[str]) -> None:
    told = run(ROOT / "skills" / "fastapi-new" / "run.py", *arguments, code=2)
    assert told == "usage: run.py {new,audit,rules} [ARGUMENT ...]\n"


@pytest.mark.parametrize("skill", MANUAL)
def test_it_costs_nothing_until_it_is_called_and_can_be_called_anywhere(skill: str) -> None:
    text = (ROOT / "skills" / skill / "SKILL.md").read_text()
    fields = yaml.safe_load(text.split("---\n", 2)[1])
    assert fields["disable-model-invocation"] is True
    assert "paths" not in fields
    assert fields["name"] == skill
