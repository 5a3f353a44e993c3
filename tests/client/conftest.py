"""Fixtures: the clients, a project with the skill installed, a checkout as a user gets it."""

import os
import subprocess
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pytest

from tests.client import npm_clients
from tests.client.npm_clients import Clients
from tests.distribution.checkout import copy_tracked
from tests.support.git import SOMEBODY, commit_all
from tests.support.once import made_once


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the clients' commands."""
    return _installed(tmp_path_factory, "npm", npm_clients.PACKAGES)


def _installed(factory: pytest.TempPathFactory, name: str, packages: Sequence[str]) -> Path:
    if npm_clients.is_missing():
        pytest.skip("no npm, from which the clients come")
    try:
        folder = made_once(factory, name, partial(npm_clients.install, packages=packages))
    except subprocess.CalledProcessError as error:
        if "CI" in os.environ:
            raise
        pytest.skip(f"npm cannot install the clients: {error.stderr[-500:]}")
    return folder / "node_modules" / ".bin"


@pytest.fixture(scope="session")
def with_plugin(
    commands: Path, repository: Path, tmp_path_factory: pytest.TempPathFactory
) -> Clients:
    """Clients of a user who has installed the plugin as the README says; no test changes that."""
    clients = Clients(commands, tmp_path_factory.mktemp("with_plugin"))
    clients.reach(repository)
    line = "plugin install fastapi-pro --marketplace OWNER/fastapi-pro#release"
    clients.run("claude", *line.split(), cwd=clients.home)
    return clients


@pytest.fixture
def clients(commands: Path, tmp_path: Path) -> Clients:
    """The clients with a fresh home."""
    home = tmp_path / "home"
    home.mkdir()
    return Clients(commands, home)


@pytest.fixture
def older_clients(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> Clients:
    """The client of half a year ago with a fresh home, with `--whole`."""
    if not request.config.getoption("whole"):
        pytest.skip("--whole asks an older client, too")
    home = tmp_path / "home"
    home.mkdir()
    return Clients(_installed(tmp_path_factory, "npm-older", npm_clients.OLDER), home)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small FastAPI project."""
    folder = tmp_path / "project"
    (folder / "app").mkdir(parents=True)
    (folder / "app" / "main.py").write_text("from fastapi import FastAPI\n\napp = FastAPI()\n")
    (folder / "package.json").write_text("{}\n")
    return folder


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A folder with nothing in it."""
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of this repository, released, with what is changed in the work tree."""
    return made_once(tmp_path_factory, "checkout", _release_all) / "fastapi-pro"


def _release_all(place: Path) -> None:
    folder = place / "fastapi-pro"
    copy_tracked(folder)
    commit_all(folder)
    command = [sys.executable, "scripts/maintain.py", "release", "--branch", "release"]
    here = {name: os.environ[name] for name in ("HOME", "PATH")}
    subprocess.run(command, cwd=folder, env=here | SOMEBODY, check=True)
