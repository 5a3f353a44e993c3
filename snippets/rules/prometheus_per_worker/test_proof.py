"""Proof of prometheus-per-worker."""

import functools
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from pathlib import Path

import pytest

from patience import patient, wait_until

Serve = Callable[[Path], tuple[str, list[int]]]
Hold = Callable[[int], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def get(url: str, path: str) -> str:
    """Send a request over a connection of its own."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=patient(10))
    connection.request("GET", path)
    response = connection.getresponse()
    assert response.status == 200
    text = response.read().decode()
    connection.close()
    return text


def scrape(url: str) -> float:
    """Return how many requests for orders the metrics tell of, by the last metric of a request."""
    pattern = r'^http_request_duration_seconds_count\{handler="/orders".*\} (.+)$'
    return sum(map(float, re.findall(pattern, get(url, "/metrics"), re.MULTILINE)))


def is_told(url: str, number: float) -> bool:
    return scrape(url) >= number


def have_files(folder: Path) -> bool:
    """Say whether both workers have made their files of counters, histograms and summaries.

    A worker that is stopped before has files without a size, of which every scrape is a 500.
    """
    shared = list(folder.glob("metrics-*"))
    sizes = [file.stat().st_size for folder in shared for file in folder.glob("*.db")]
    return len(sizes) == len(shared) * 2 * 3 and all(sizes)


def scrapes_after_3_and_5_requests(url: str, workers: list[int], stopped: Hold) -> list[float]:
    """Send 3 requests to one worker and 5 to the other; scrape each."""
    first, second = workers
    for other, number in (second, 3), (first, 5):
        with stopped(other):
            expected = scrape(url) + number
            for _ in range(number):
                get(url, "/orders")
            # a request is counted after its response
            wait_until(functools.partial(is_told, url, expected))
    scrapes = []
    for other in second, first:
        with stopped(other):
            scrapes.append(scrape(url))
    return scrapes


@pytest.mark.slow
def test_bad_scrapes_show_one_worker_each(
    bad_file: Path, two_workers: Serve, stopped: Hold
) -> None:
    server = two_workers(bad_file)
    assert scrapes_after_3_and_5_requests(*server, stopped) == [3, 5]


@pytest.mark.slow
def test_good_scrapes_show_all_workers(
    good_file: Path, two_workers: Serve, stopped: Hold, tmp_path: Path
) -> None:
    url, workers = two_workers(good_file)
    for other in workers:
        with stopped(other):
            get(url, "/openapi.json")
    wait_until(functools.partial(have_files, tmp_path))
    assert scrapes_after_3_and_5_requests(url, workers, stopped) == [8, 8]
