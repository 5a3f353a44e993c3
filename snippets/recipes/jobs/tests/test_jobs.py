"""Jobs: done once, though worker and server are killed; a background task is lost."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select

from app.core.db import create_engine, create_tables
from app.models import Base, OutboxMessage
from clients import ADA
from live import ROOT, SECRET, live_server
from patience import patient, wait_until

pytestmark = pytest.mark.live


@contextmanager
def worker(database_url: str, module: str, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a worker process."""
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    own = {"APP_DATABASE_URL": database_url, "APP_JWT_SECRET": SECRET, "PYTHONPATH": path}
    process = subprocess.Popen([sys.executable, "-m", module], env=os.environ | own | variables)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def products(server_url: str) -> list[str]:
    """Return the names of all products."""
    answer = httpx.get(f"{server_url}/api/v1/products", timeout=patient(30))
    return [product["name"] for product in answer.json()]


def wait_for_products(server_url: str) -> list[str]:
    """Return the names of all products, once there are some."""
    with httpx.Client(base_url=server_url, timeout=patient(30)) as client:
        wait_until(lambda: client.get("/api/v1/products").json())
    return products(server_url)


async def waiting_jobs(database_url: str) -> int:
    """Return how many jobs are not done."""
    engine = create_engine(database_url, 1)
    async with engine.connect() as connection:
        number = await connection.scalar(select(func.count()).select_from(OutboxMessage))
    await engine.dispose()
    return number or 0


def test_a_job_survives_the_server(own_database_url: str) -> None:
    with live_server(own_database_url) as server:
        assert httpx.post(f"{server.url}/api/v1/users", json=ADA).status_code == 201
        server.process.kill()
    with live_server(own_database_url) as server, worker(own_database_url, "app.worker"):
        assert wait_for_products(server.url) == ["Your first product"]


def test_a_job_is_done_once_though_its_worker_is_killed(
    own_postgres_url: str, tmp_path: Path
) -> None:
    done = tmp_path / "done"
    with live_server(own_postgres_url) as server:
        assert httpx.post(f"{server.url}/api/v1/users", json=ADA).status_code == 201
        with worker(own_postgres_url, "stuck_worker", JOB_DONE=str(done)) as stuck:
            wait_until(done.exists)
            stuck.kill()
        assert products(server.url) == []
        killed = time.monotonic()
        with worker(own_postgres_url, "app.worker"):
            assert wait_for_products(server.url) == ["Your first product"]
            assert time.monotonic() - killed < patient(15)  # no lease to run out
            assert asyncio.run(waiting_jobs(own_postgres_url)) == 0  # none is left to do again


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_that_is_told_to_stop_leaves_its_job_to_the_next(
    own_postgres_url: str, tmp_path: Path, how: signal.Signals
) -> None:
    done = tmp_path / "done"
    with live_server(own_postgres_url) as server:
        assert httpx.post(f"{server.url}/api/v1/users", json=ADA).status_code == 201
        with worker(own_postgres_url, "stuck_worker", JOB_DONE=str(done)) as stuck:
            wait_until(done.exists)
            stuck.send_signal(how)
            assert stuck.wait(patient(10)) == 0
        with worker(own_postgres_url, "app.worker"):
            assert wait_for_products(server.url) == ["Your first product"]


def test_a_worker_waits_for_a_database_that_is_not_there(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It starts before the tables, say; SQLite makes an empty file of a path."""
    url = f"sqlite+aiosqlite:///{tmp_path / 'late.db'}"
    with worker(url, "app.worker") as process:
        wait_until(lambda: "relay_failed" in "".join(capfd.readouterr()))
        assert process.poll() is None

        async def create() -> None:
            engine = create_engine(url, 1)
            async with engine.begin() as connection:
                await create_tables(connection, Base.metadata)
            await engine.dispose()

        asyncio.run(create())
        with live_server(url) as server:
            httpx.post(f"{server.url}/api/v1/users", json=ADA)
            assert wait_for_products(server.url) == ["Your first product"]
