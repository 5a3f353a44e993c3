"""Proof of snippets/rules/bcrypt-72-bytes."""

import functools
import os
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

PYPROJECT = Path(__file__).parents[2] / "pyproject.toml"
EMOJI = "\N{KEY}" * 25
CYRILLIC = "\N{CYRILLIC SMALL LETTER A}" * 36
LOAD = """
import runpy, sys
code = runpy.run_path(sys.argv[1])
stored = code["hash_password"](sys.argv[2])
"""
SIGN_UP = LOAD.replace(
    "sys.argv[2]", 'code["NewAccount"](email="a", password=sys.argv[2]).password'
)
VERIFY = LOAD + 'print(code["verify_password"](sys.argv[3], stored))'
TOO_LONG = "ValueError: password cannot be longer than 72 bytes"

Python = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def python_with_bcrypt(tmp_path_factory: pytest.TempPathFactory) -> Python:
    """Return a function that runs code with a version of bcrypt that the project does not have."""
    newest = tomllib.loads(PYPROJECT.read_text())["tool"]["uv"]["exclude-newer"]

    @functools.cache
    def installed(version: str) -> Path:
        library = tmp_path_factory.mktemp("bcrypt")
        subprocess.run(
            [
                *("uv", "pip", "install", "--quiet", "--no-deps", "--python", sys.executable),
                *("--exclude-newer", newest, "--target", library, f"bcrypt=={version}"),
            ],
            cwd=library,
            check=True,
        )
        return library

    def run(version: str, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            env=os.environ | {"PYTHONPATH": str(installed(version))},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def test_bad_breaks_on_25_emoji_that_the_model_accepts(
    bad_file: Path, python_with_bcrypt: Python
) -> None:
    assert len(EMOJI.encode()) == 100
    assert TOO_LONG in python_with_bcrypt("5.0.0", SIGN_UP, str(bad_file), EMOJI).stderr


def test_bad_breaks_when_it_verifies_too(bad_file: Path, python_with_bcrypt: Python) -> None:
    result = python_with_bcrypt("5.0.0", VERIFY, str(bad_file), "a" * 72, "a" * 73)
    assert TOO_LONG in result.stderr
    assert "in verify_password" in result.stderr


def test_bad_with_bcrypt_4_lets_another_password_in(
    bad_file: Path, python_with_bcrypt: Python
) -> None:
    result = python_with_bcrypt("4.3.0", VERIFY, str(bad_file), CYRILLIC + "one", CYRILLIC + "two")
    assert result.stdout == "True\n", result.stderr


def test_good_reads_all_of_a_password(good_file: Path, python_with_bcrypt: Python) -> None:
    signed_up = python_with_bcrypt("5.0.0", SIGN_UP, str(good_file), EMOJI)
    assert signed_up.returncode == 0, signed_up.stderr
    result = python_with_bcrypt("5.0.0", VERIFY, str(good_file), CYRILLIC + "one", CYRILLIC + "two")
    assert result.stdout == "False\n", result.stderr
