"""Proof of snippets/rules/state-in-memory."""

import asyncio
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

ServeFile = Callable[..., tuple[str, subprocess.Popen[bytes]]]


def two_workers(serve_file: ServeFile, file: Path, folder: Path) -> tuple[str, list[int]]:
    """Start a server; return its address and the ids of its workers, once both are ready."""
    url, _supervisor = serve_file(file, "--workers=2")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        log = (folder / "server.log").read_text()
        if log.count("startup complete") == 2:
            return url, [int(pid) for pid in re.findall(r"server process \[(\d+)\]", log)]
        time.sleep(0.02)
    raise TimeoutError(log)


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    """Hold one worker, so that the other one answers."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def login(url: str) -> int:
    """Try to log in, over a connection of its own; return the status."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request("POST", "/login/ada")
    status = connection.getresponse().status
    connection.close()
    return status


def statuses_of_4_attempts_each(url: str, workers: list[int]) -> list[list[int]]:
    """Try to log in at one worker, then at the other."""
    statuses = []
    for other in reversed(workers):
        with stopped(other):
            statuses.append([login(url) for _ in range(4)])
    return statuses


async def create_table(database_url: str) -> None:
    """Create what the good code counts in."""
    engine = create_async_engine(database_url)
    async with engine.begin() as connection:
        await connection.execute(text("CREATE TABLE attempts (name text PRIMARY KEY, number int)"))
    await engine.dispose()


def test_bad_lets_each_worker_count_for_itself(
    bad_file: Path, serve_file: ServeFile, tmp_path: Path, postgres_database: str
) -> None:
    asyncio.run(create_table(postgres_database))
    server = two_workers(serve_file, bad_file, tmp_path)
    assert statuses_of_4_attempts_each(*server) == [[200, 200, 200, 429]] * 2


def test_good_counts_over_all_workers(
    good_file: Path, serve_file: ServeFile, tmp_path: Path, postgres_database: str
) -> None:
    asyncio.run(create_table(postgres_database))
    server = two_workers(serve_file, good_file, tmp_path)
    assert statuses_of_4_attempts_each(*server) == [[200, 200, 200, 429], [429] * 4]
