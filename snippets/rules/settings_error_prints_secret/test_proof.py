"""Proof of settings-error-prints-secret."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

URL = "postgresql+asyncpg://app:s3cret@db/app"
SECRET = "an odd thirty-three letter secret"


def start(file: Path, database_url: str | None, jwt_secret: str) -> str:
    """Import the settings, in vain, and return what was printed."""
    environment = {"APP_JWT_SECRET": jwt_secret}
    if database_url is not None:
        environment["APP_DATABASE_URL"] = database_url
    process = subprocess.run(
        [sys.executable, file], env=environment, capture_output=True, text=True, check=False
    )
    assert process.returncode == 1
    assert "pydantic_core._pydantic_core.ValidationError: 1 validation error" in process.stderr
    return process.stderr


def test_bad_prints_a_secret_although_it_is_a_secretstr(bad_file: Path) -> None:
    printed = start(bad_file, URL, "hunter2")
    assert "[type=too_short, input_value='hunter2', input_type=str]" in printed


def test_bad_prints_the_password_of_a_misspelt_database_url(bad_file: Path) -> None:
    assert "s3cret" in start(bad_file, URL.replace("postgresql", "postgre"), SECRET)


def test_bad_prints_the_ends_of_the_other_variables_when_one_is_missing(bad_file: Path) -> None:
    printed = start(bad_file, None, SECRET)
    assert "input_value={'jwt_secret': 'an odd th...ty-three letter secret'}, input" in printed
    printed = start(bad_file, None, SECRET.removesuffix("t"))
    assert "input_value={'jwt_secret': 'an odd thirty-three letter secre'}, input" in printed


def test_good_prints_what_is_wrong_and_no_value(good_file: Path) -> None:
    printed = start(good_file, URL, "hunter2")
    assert "jwt_secret\n" in printed
    assert "[type=too_short]" in printed
    assert "hunter2" not in printed
    assert "s3cret" not in start(good_file, URL.replace("postgresql", "postgre"), SECRET)
    assert "an odd" not in start(good_file, None, SECRET)


def test_good_hides_the_value_in_the_message_but_not_in_the_errors(
    good_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_DATABASE_URL", URL)
    monkeypatch.setenv("APP_JWT_SECRET", "hunter2")
    with pytest.raises(ValidationError) as raised:
        runpy.run_path(str(good_file))
    assert "hunter2" not in str(raised.value)
    assert "hunter2" in raised.value.json()
    assert "hunter2" not in raised.value.json(include_input=False)
    assert "hunter2" not in str(raised.value.errors(include_input=False))
