"""Proof of bcrypt-72-bytes."""

import subprocess
from collections.abc import Callable
from pathlib import Path

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
