"""What tests of faults get: PostgreSQL, a database of their own, and what its server knows."""

from collections.abc import Awaitable, Callable, Iterator

import pytest

from outages import IDLE
from postgres import scratch_database
from sql import execute


@pytest.fixture
def times(pytestconfig: pytest.Config) -> int:
    """How many times as many requests and files a test makes as in a normal run."""
    number: int | None = pytestconfig.getoption("times")
    return number or (7 if pytestconfig.getoption("whole") else 1)


@pytest.fixture
def own_postgres_url(server_url: str) -> Iterator[str]:
    """An empty database that exists for one test."""
    with scratch_database(server_url) as url:
        yield url


@pytest.fixture
def idle_in_transaction(own_postgres_url: str) -> Callable[[], Awaitable[int]]:
    """Return a function that counts the connections which forgot to end their transaction."""

    async def count() -> int:
        [number] = await execute(own_postgres_url, IDLE)
        return int(number)

    return count
