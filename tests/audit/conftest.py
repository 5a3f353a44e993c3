"""What the tests of --diff and --staged share."""

from pathlib import Path

import pytest

from tests.audit.repository import HELD, Git, write
from tests.support.git import commit_all
from tests.support.git import git as git_in


@pytest.fixture
def git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """A repository as the current folder, with one commit of a service with one fault."""

    def run(*arguments: str, cwd: Path = tmp_path / "repo") -> str:
        return git_in(cwd, *arguments)

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "repo" / "app").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "repo")
    included = "app = FastAPI()\napp.include_router(router)\n"
    write("app/main.py", f"from fastapi import FastAPI\nfrom app.api import router\n{included}")
    write("app/api.py", HELD)
    write("app/other.py", "from fastapi import APIRouter\nrouter = APIRouter()\n")
    write("pyproject.toml", "[project]\nname = 'x'\n")
    commit_all(tmp_path / "repo", "first")
    return run
