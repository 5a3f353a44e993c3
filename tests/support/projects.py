"""New projects for tests: made by new.py, run in one environment or, by uv, in their own."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from fastapi_pro.scaffolding.files import project_files
from fastapi_pro.scaffolding.recipes import recipe_names, with_needs
from tests.support.once import made_once

ROOT = Path(__file__).parents[2]
DATE = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["uv"]["exclude-newer"]
APART = {"jobs-arq"}  # it wants an older `redis` than jobs-taskiq
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


def run_in(folder: Path, *command: str | Path, **variables: str) -> str:
    """Run a command of a project; return what it printed."""
    done = subprocess.run(
        command,
        cwd=folder, env=environment(**variables), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]
    return done.stdout + done.stderr


def check(folder: Path, *python: str | Path) -> None:
    """Run the checks that a project has besides its tests; mypy knows the shared environment."""
    known = {"MYPY_CACHE_DIR": f"{python[0]}-mypy"} if isinstance(python[0], Path) else {}
    run_in(folder, *python, "-m", "ruff", "check")
    run_in(folder, *python, "-m", "ruff", "format", "--check")
    run_in(folder, *python, "-m", "mypy", **known)


def python_of_all(factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment with what new projects need, but for those APART.

    Each worker of the run takes this one, so what is imported is compiled once.
    """
    return made_once(factory, "projects", _install_all) / "venv" / "bin" / "python"


def _install_all(folder: Path) -> None:
    snippets = ROOT / "snippets"
    needed: set[str] = set()
    for name in {*recipe_names(snippets)} - APART:
        text = project_files(snippets, "shop", with_needs(snippets, [name]))["pyproject.toml"]
        pyproject = tomllib.loads(text)
        needed |= {*pyproject["project"]["dependencies"], *pyproject["dependency-groups"]["dev"]}
    (folder / "needed.txt").write_text("\n".join(sorted(needed)))
    run_in(folder, "uv", "venv", "-q", "venv")
    run_in(folder, "uv", "pip", "install", "-q", "--python", "venv", "-r", "needed.txt")
