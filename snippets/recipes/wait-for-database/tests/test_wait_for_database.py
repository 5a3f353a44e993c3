"""The start waits for the database, and only for that."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from app.core.waiting import wait_for_database
from live import ROOT, SECRET
from patience import patient
from postgres import running_postgres


@contextmanager
def starting(
    url: str, folder: Path, seconds: str, workers: int = 1
) -> Iterator[subprocess.Popen[str]]:
    """Start a server whose output can be read line by line."""
    own = {"APP_DATABASE_URL": url, "APP_JWT_SECRET": SECRET, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-m", "uvicorn", "app.main:app", "--port=0", f"--workers={workers}"],
        cwd=folder, env=os.environ | own | {"APP_DATABASE_WAIT_SECONDS": seconds},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=patient(30))


def read_until(process: subprocess.Popen[str], words: str) -> None:
    """Return when a line of the output holds the words; raise where the output ends first."""
    assert process.stdout is not None
    assert any(words in line for line in process.stdout)


@pytest.mark.live
def test_a_database_that_comes_late_is_waited_for(tmp_path: Path) -> None:
    with running_postgres() as postgres:
        postgres.stop()
        with starting(postgres.url, tmp_path, "30") as process:
            read_until(process, "waiting_for_database")
            postgres.start()
            read_until(process, "Application startup complete")


def output_of(url: str, folder: Path, seconds: str, workers: int = 1) -> str:
    """Start a server that cannot run; return what it printed until it ended by itself."""
    with starting(url, folder, seconds, workers) as process:
        output, _ = process.communicate(timeout=patient(30))
        return output


@pytest.mark.live
def test_a_database_that_never_comes_ends_the_start(tmp_path: Path) -> None:
    """All workers end, and none is started again."""
    output = output_of("postgresql+asyncpg://u@127.0.0.1:1/d", tmp_path, "1", workers=2)
    events = [json.loads(line)["event"] for line in output.splitlines() if line[:1] == "{"]
    assert events.count("database_unreachable") == 2
    assert events.count("waiting_for_database") >= 4
    assert "Application startup failed" in output


@pytest.mark.live
@pytest.mark.parametrize("part", ["database", "username"])
def test_what_waiting_does_not_mend_ends_the_start_at_once(
    server_url: str, tmp_path: Path, part: str
) -> None:
    url = make_url(server_url).set(**{part: "nobody"}).render_as_string(hide_password=False)  # type: ignore[arg-type]
    output = output_of(url, tmp_path, "3600")
    assert '"nobody\\" does not exist' in output
    assert "waiting_for_database" not in output


async def test_a_database_that_recovers_is_waited_for() -> None:
    """PostgreSQL accepts connections then, to refuse them."""
    refusals = [asyncpg.CannotConnectNowError("the database system is starting up")] * 2

    @asynccontextmanager
    async def connect() -> Any:
        if refusals:
            raise DBAPIError("", None, refusals.pop())
        yield

    engine: Any = SimpleNamespace(connect=connect)
    await wait_for_database(engine, 10)
    assert refusals == []


@pytest.mark.live
def test_a_server_that_waits_hears_sigterm_when_the_wait_is_over(tmp_path: Path) -> None:
    """Uvicorn ends a start before it ends."""
    with starting("postgresql+asyncpg://u@127.0.0.1:1/d", tmp_path, "5") as process:
        read_until(process, "waiting_for_database")
        process.terminate()
        output, _ = process.communicate(timeout=patient(30))
        assert "database_unreachable" in output


async def test_it_does_not_wait_for_a_database_that_is_there() -> None:
    @asynccontextmanager
    async def connect() -> Any:
        yield

    engine: Any = SimpleNamespace(connect=connect)
    async with asyncio.timeout(patient(1)):
        await wait_for_database(engine, 0)
