"""Fixtures of the graders, which run in the folder of the answer."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from httpx import AsyncClient

from evals.tools import served
from postgres import postgres_url, scratch_database


@pytest.fixture
def answer() -> Path:
    """The folder of the answer."""
    return Path.cwd()


@pytest.fixture
def start() -> Path:
    """The folder of what was there before."""
    return Path(os.environ["EVALS_START"])


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """An empty SQLite database."""
    return f"sqlite+aiosqlite:///{tmp_path / 'eval.db'}"


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Where PostgreSQL listens; it is started for a grader that asks."""
    with postgres_url() as url:
        yield url


@pytest.fixture
def postgres(server_url: str) -> Iterator[str]:
    """An empty PostgreSQL database."""
    with scratch_database(server_url) as url:
        yield url


@pytest.fixture
async def client(sqlite_url: str) -> AsyncIterator[AsyncClient]:
    """A client of the answer's app, started on an empty SQLite database."""
    async with served(DATABASE_URL=sqlite_url) as client:
        yield client
