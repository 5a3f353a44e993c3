"""Options of the whole test run, and the PostgreSQL of all folders here."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from postgres import postgres_url

ROOT = Path(__file__).parents[1]
# Several processes, kills, races and the clock: on a busy machine such a test may fail for nothing,
# once in some thousand times. It is then tried again, and the run ends with the line `RERUN`;
# `--force-reruns 0`, as the weekly run has it, tries each once.
TRIED_AGAIN = (
    "snippets/rules/",
    "tests/faults/",
    "tests/test_new.py",
    "tests/test_recipes.py",
    "tests/test_servers.py",
    "snippets/tests/test_live.py",
    "snippets/tests/test_health.py",
)


def pytest_configure(config: pytest.Config) -> None:
    """Tell at the end of the run what was tried again, and why: `-ra` does not."""
    config.option.rerun_show_tracebacks = True


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is tried again; not what hangs, as the second try would have no timeout."""
    again = pytest.mark.flaky(reruns=1, rerun_except=r"Timeout \(>")
    for item in items:
        if item.path.relative_to(ROOT).as_posix().startswith(TRIED_AGAIN):
            item.add_marker(again)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --swap-rules, for `snippets/rules`, and --times, for `tests/faults`."""
    parser.addoption("--swap-rules", action="store_true", help="swap the bad and good of each rule")
    parser.addoption("--times", type=int, default=1, help="do so many times as much in faults/")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Where PostgreSQL listens."""
    with postgres_url() as url:
        yield url
