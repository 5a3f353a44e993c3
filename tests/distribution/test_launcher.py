"""scripts/run.sh: finds a Python that is new enough, or says what is missing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.distribution.checkout import ROOT

SCRIPT = ROOT / "scripts" / "run.sh"
STARTS = f'exec {sys.executable} "$@"'
OLD = "case $1 in --version) echo Python 3.9.2 ;; *) exit 1 ;; esac"
NEEDS = "this needs Python 3.11 or newer"
LISTING = ("rules", "deep-offset")


def run(
    path: Path, *arguments: str, script: Path = SCRIPT, code: int = 0, text: str | None = None
) -> str:
    """Run the launcher with nothing on PATH but what lies in a folder; return what it printed."""
    done = subprocess.run(
        ["/bin/sh", script, *arguments],
        cwd="/", env={"PATH": str(path), "HOME": str(path)}, input=text,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The folder that is PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def put(path: Path, **commands: str) -> None:
    """Make commands of these shell lines; `_` in a name stands for a dot."""
    for name, line in commands.items():
        file = path / name.replace("_", ".")
        file.write_text(f"#!/bin/sh\n{line}\n")
        file.chmod(0o755)


@pytest.mark.parametrize(
    "commands",
    [
        {"python3": STARTS},
        {"python": STARTS},
        {"python3_12": STARTS},
        {"python3": OLD, "python": "exit 127", "python3_13": "exit 127", "python3_12": STARTS},
        {"py": f'[ "$1" = -3 ] && shift && {STARTS}'},
        {"python3": OLD, "uv": f'[ "$1 $2" = "python find" ] && echo {sys.executable}'},
    ],
    ids=["python3", "python", "python3.12", "past one that fails", "py -3", "uv"],
)
def test_it_takes_the_python_that_is_there(path: Path, commands: dict[str, str]) -> None:
    put(path, **commands)
    assert "# deep-offset" in run(path, *LISTING)


def test_where_there_is_only_an_old_one_it_says_so(path: Path) -> None:
    put(path, python3=OLD)
    told = run(path, *LISTING, code=2)
    assert NEEDS in told
    assert "python3 is Python 3.9.2" in told


def test_where_there_is_none_it_says_so(path: Path) -> None:
    told = run(path, *LISTING, code=2)
    assert NEEDS in told
    assert "there is no python3" in told
    assert "uv python install" in told


def test_the_hook_of_the_plugin_is_silent_then(path: Path) -> None:
    assert run(path, "stop-hook", text="{}") == ""


def test_what_it_tries_reads_nothing_of_what_the_command_reads(path: Path, tmp_path: Path) -> None:
    put(path, python3="read -r line; exit 1", python=STARTS)
    shutil.copy(SCRIPT, tmp_path)
    (tmp_path / "audit.py").write_text("print(input())")
    assert run(path, "audit", script=tmp_path / "run.sh", text="event\n") == "event\n"


def test_the_version_is_what_is_asked_of_it(path: Path, tmp_path: Path) -> None:
    script = tmp_path / "run.sh"
    script.write_text(SCRIPT.read_text().replace("(3, 11)", "(3, 99)"))
    put(path, python3=STARTS)
    assert NEEDS in run(path, *LISTING, script=script, code=2)


def test_the_command_gets_its_arguments_and_gives_the_exit_code(path: Path, tmp_path: Path) -> None:
    put(path, python3=STARTS)
    folder = tmp_path / "my service"
    folder.mkdir()
    shutil.copy(ROOT / "snippets" / "rules" / "blocking_call_in_async" / "bad.py", folder)
    assert "blocking-call-in-async" in run(path, "audit", str(folder), code=1)
    assert "there is no rule 'no such rule'" in run(path, "rules", "no such rule", code=2)


@pytest.mark.parametrize("arguments", [[], ["build"], ["--help"]])
def test_other_words_are_answered_with_the_usage(path: Path, arguments: list[str]) -> None:
    assert run(path, *arguments, code=2) == "usage: sh run.sh audit|new|rules [ARGUMENT ...]\n"
