"""Proof of application-not-found."""

import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest


def start(*command: str, folder: Path) -> tuple[int | None, str]:
    """Start a server; return its exit code and what it printed, None if it serves."""
    environment = {**os.environ, "APP_PORT": "0"}
    with subprocess.Popen(
        [sys.executable, *command], cwd=folder, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        printed = ""
        for line in process.stderr:
            printed += line
            if "Application startup complete" in line:
                process.terminate()
                process.communicate()
                return None, printed
        return process.wait(), printed


def test_bad_ends_before_it_listens(bad_file: Path) -> None:
    code, printed = start(str(bad_file), folder=bad_file.parent)
    assert code == 3
    message = f'Attribute "application" not found in module "{bad_file.stem}"'
    assert f"Error loading ASGI app. {message}" in printed
    code, printed = start("-m", "uvicorn", "shop.main:app", folder=bad_file.parent)
    assert code not in (None, 0)
    assert "ModuleNotFoundError: No module named 'shop'" in printed


def test_bad_passes_tests(bad_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(bad_file.parent))
    monkeypatch.delitem(sys.modules, bad_file.stem, raising=False)
    assert importlib.import_module(bad_file.stem).app.title == "FastAPI"
    monkeypatch.delitem(sys.modules, bad_file.stem)
    assert start(str(bad_file), folder=bad_file.parent)[0] is not None


def test_good_serves(good_file: Path) -> None:
    code, printed = start(str(good_file), folder=good_file.parent)
    assert code is None
    assert "Uvicorn running on" in printed or "Application startup complete" in printed
