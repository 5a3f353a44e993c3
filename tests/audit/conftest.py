"""What the tests of --diff and --staged share."""

import subprocess
from pathlib import Path

import pytest

from tests.audit.repository import HELD, Git, write


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A repository as the current folder, with one commit of a service with one fault."""

    def run(*arguments: str, cwd: Path = tmp_path / "repo") -> str:
        options = ("user.name=x", "user.email=x@example.com", "commit.gpgSign=false")
        command = ["git", *(word for o in options for word in ("-c", o)), *arguments]
        done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    (tmp_path / "repo" / "app").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repo")
    run("init", "-q", "-b", "main")
    write(
        "app/main.py", "from fastapi import FastAPI\nfrom app.api import router\napp = FastAPI()\n"
    )
    write("app/api.py", HELD)
    write("app/other.py", "from fastapi import APIRouter\nrouter = APIRouter()\n")
    write("pyproject.toml", "[project]\nname = 'x'\n")
    run("add", ".")
    run("commit", "-qm", "first")
    return run
