"""Options of the whole test run, and the PostgreSQL of all folders here."""

from collections.abc import Iterator

import pytest

from postgres import postgres_url


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --swap-rules, which `tests/rules` explains, and --times, for `tests/faults`."""
    parser.addoption("--swap-rules", action="store_true", help="swap the bad and good of each rule")
    parser.addoption("--times", type=int, default=1, help="do so many times as much in faults/")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Where PostgreSQL listens."""
    with postgres_url() as url:
        yield url
