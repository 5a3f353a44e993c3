"""The whole test run: its options, its time limits, and the PostgreSQL of all folders."""

import gc
import os
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from patience import patient
from postgres import postgres_url

# Kept bytecode spares each of the hundreds of processes seconds, where an environment forbids it.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A busy machine may be slow to draw or to try an example: no test fails for that.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

SERVICE = Path(__file__).parent / "snippets" / "tests"
FAST = 3  # seconds that a test may take on a quiet machine without the mark `slow`


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the switches for what a normal run leaves to a sample."""
    parser.addoption(
        "--whole", action="store_true",
        help="leave nothing to a sample: each recipe in an environment of its own, each proof of a"
        " rule swapped, --times 7",
    )  # fmt: skip
    parser.addoption("--times", type=int, help="so many times the requests and files of faults/")


def pytest_configure(config: pytest.Config) -> None:
    """List at the end what -ra lists, but for the swapped proofs, which all fail as they should."""
    config.option.reportchars = config.option.reportchars.replace("a", "sEfX")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let `-k shadowed_path`, a rule's folder, select what its slug names, `shadowed-path`."""
    item.extra_keyword_matches.add(item.name.replace("-", "_"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what may take longest; give all more time if the machine is slow by now."""
    usual = float(config.getini("timeout"))

    def limit(item: pytest.Item) -> float:
        marker = item.get_closest_marker("timeout")
        return marker.args[0] if marker else usual

    # Else a worker has them left when the others are done. Each worker begins with an equal share.
    items.sort(key=limit, reverse=True)
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = [item for first in range(workers) for item in items[first::workers]]
    for item in items:
        item.add_marker(pytest.mark.timeout(patient(limit(item))), append=False)


def pytest_collection_finish() -> None:
    """Let no `gc.collect()` of a test look at the thousands of tests again: that takes 0.2 s."""
    gc.freeze()


def pytest_runtest_protocol(item: pytest.Item) -> None:
    """Measure the coverage of the service by its own tests: measuring slows down all others."""
    plugin = item.config.pluginmanager.getplugin("_cov")  # of pytest-cov
    controller = plugin and plugin.cov_controller
    is_measured = SERVICE in item.path.parents
    if controller and controller.started != is_measured:
        (controller.resume if is_measured else controller.pause)()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that took long and are not marked `slow`."""
    seconds: Counter[str] = Counter()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport) and "slow" not in report.keywords:
                seconds[report.nodeid] += report.duration if report.when == "call" else 0
    for name, taken in seconds.most_common():
        if taken > patient(FAST):
            terminalreporter.write_line(f"SLOW {name}: {taken:.0f} s; mark it `slow`")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Where PostgreSQL listens."""
    with postgres_url() as url:
        yield url
