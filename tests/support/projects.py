"""New projects for tests: made by new.py, run by uv in environments of their own."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DATE = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["exclude-newer"]
needs_uv = pytest.mark.skipif(shutil.which("uv") is None, reason="makes environments with uv")


def run_new(*arguments: str | Path, cwd: Path, code: int = 0, root: Path = ROOT) -> str:
    """Run new.py in a folder; return what it printed."""
    command = [sys.executable, "-I", "-S", root / "scripts" / "new.py", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def environment(**variables: str) -> dict[str, str]:
    """Return an environment in which uv makes one of its own, of what was published by our date."""
    ours = ("APP_", "PYTEST", "UV_PROJECT", "VIRTUAL_ENV")
    mine = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    mine |= {"UV_EXCLUDE_NEWER": DATE, "UV_PYTHON": sys.executable, "UV_PYTHON_DOWNLOADS": "never"}
    return mine | variables
