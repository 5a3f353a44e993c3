"""Proof of state-in-memory."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from patience import patient

Serve = Callable[[Path], tuple[str, list[int]]]
Hold = Callable[[int], AbstractContextManager[None]]


def login(url: str) -> int:
    """Try to log in, over a connection of its own; return the status."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=patient(10))
    connection.request("POST", "/login/ada")
    status = connection.getresponse().status
    connection.close()
    return status


def statuses_of_4_attempts_each(url: str, workers: list[int], stopped: Hold) -> list[list[int]]:
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


@pytest.mark.slow
def test_bad_lets_each_worker_count_for_itself(
    bad_file: Path, two_workers: Serve, stopped: Hold, postgres_database: str
) -> None:
    asyncio.run(create_table(postgres_database))
    server = two_workers(bad_file)
    assert statuses_of_4_attempts_each(*server, stopped) == [[200, 200, 200, 429]] * 2


@pytest.mark.slow
def test_good_counts_over_all_workers(
    good_file: Path, two_workers: Serve, stopped: Hold, postgres_database: str
) -> None:
    asyncio.run(create_table(postgres_database))
    server = two_workers(good_file)
    assert statuses_of_4_attempts_each(*server, stopped) == [[200, 200, 200, 429], [429] * 4]
