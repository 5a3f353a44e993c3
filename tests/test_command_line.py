"""What all commands share: what they do where their output cannot be written, or is not wanted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fastapi_pro.paths import PACKAGE

MAIN = PACKAGE / "__main__.py"
COMMANDS = ["audit", "install", "new", "rules", "validate"]
CALLS = [["--version"], ["--help"], ["audit", "--list"], ["rules"], ["new", "--list"]]
FULL = Path("/dev/full")


def run(arguments: list[str], shell: str) -> subprocess.CompletedProcess[str]:
    """Run the command with its output where a shell leads it."""
    return subprocess.run(
        ["sh", "-c", f'"$@" {shell}', "sh", sys.executable, MAIN, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.skipif(not FULL.exists(), reason="needs a device that is full")
@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_an_output_that_cannot_be_written_is_said_in_one_line(arguments: list[str]) -> None:
    done = run(arguments, f">{FULL}")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "the output cannot be written: No space left on device" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="needs a shell")
@pytest.mark.parametrize("arguments", [*CALLS, ["audit", "--help"]], ids=" ".join)
def test_without_an_output_nothing_is_said(arguments: list[str]) -> None:
    done = run(arguments, ">&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_a_reader_that_left_is_no_traceback(arguments: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, MAIN, *arguments],
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert (done.returncode, done.stderr) == (1, "")


INTERRUPTED = """
import runpy, sys

class Interrupted:
    def find_spec(name, path=None, target=None):
        if name in ("fastapi_pro.paths", "fastapi_pro.validating"):
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupted)
sys.argv.pop(0)
runpy.run_path(sys.argv[0], run_name="__main__")
"""
SCRIPTS = [[PACKAGE.parent / "scripts" / f"{name}.py"] for name in COMMANDS]


@pytest.mark.parametrize("command", [[MAIN, "rules"], *SCRIPTS], ids=["fastapi-pro", *COMMANDS])
def test_an_interruption_while_a_command_is_loaded_is_no_traceback(
    command: list[str | Path],
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED, *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "")
