"""Proof of prometheus-per-worker."""

import re
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from http.client import HTTPConnection
from pathlib import Path

import pytest

Serve = Callable[[Path], tuple[str, list[int]]]
Hold = Callable[[int], AbstractContextManager[None]]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))


def get(url: str, path: str) -> str:
    """Send a request over a connection of its own."""
    connection = HTTPConnection(url.removeprefix("http://"), timeout=10)
    connection.request("GET", path)
    response = connection.getresponse()
    assert response.status == 200
    text = response.read().decode()
    connection.close()
    return text


def scrape(url: str) -> float:
    """Return how many requests for orders the metrics tell of."""
    pattern = r'^http_requests_total\{handler="/orders".*\} (.+)$'
    return sum(map(float, re.findall(pattern, get(url, "/metrics"), re.MULTILINE)))


def scrapes_after_3_and_5_requests(url: str, workers: list[int], stopped: Hold) -> list[float]:
    """Send 3 requests to one worker and 5 to the other; scrape each."""
    first, second = workers
    for other, number in (second, 3), (first, 5):
        with stopped(other):
            for _ in range(number):
                get(url, "/orders")
            time.sleep(0.3)  # a request is counted after its response
    scrapes = []
    for other in second, first:
        with stopped(other):
            scrapes.append(scrape(url))
    return scrapes


def test_bad_scrapes_show_one_worker_each(
    bad_file: Path, two_workers: Serve, stopped: Hold
) -> None:
    server = two_workers(bad_file)
    assert scrapes_after_3_and_5_requests(*server, stopped) == [3, 5]


def test_good_scrapes_show_all_workers(good_file: Path, two_workers: Serve, stopped: Hold) -> None:
    server = two_workers(good_file)
    assert scrapes_after_3_and_5_requests(*server, stopped) == [8, 8]
