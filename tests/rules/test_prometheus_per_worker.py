"""Proof of snippets/rules/prometheus-per-worker."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import pytest

ServeFile = Callable[..., tuple[str, subprocess.Popen[bytes]]]


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    monkeypatch.setenv("TMPDIR", str(tmp_path))


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


def scrapes_after_3_and_5_requests(url: str, workers: list[int]) -> list[float]:
    """Send 3 requests to one worker and 5 to the other; scrape each."""
    first, second = workers
    for other, number in (second, 3), (first, 5):
        with stopped(other):
            for _ in range(number):
                get(url, "/orders")
            get(url, "/metrics")  # a request is counted after its response: wait for the last
    scrapes = []
    for other in second, first:
        with stopped(other):
            scrapes.append(scrape(url))
    return scrapes


def test_bad_scrapes_show_one_worker_each(
    bad_file: Path, serve_file: ServeFile, tmp_path: Path
) -> None:
    server = two_workers(serve_file, bad_file, tmp_path)
    assert scrapes_after_3_and_5_requests(*server) == [3, 5]


def test_good_scrapes_show_all_workers(
    good_file: Path, serve_file: ServeFile, tmp_path: Path
) -> None:
    server = two_workers(serve_file, good_file, tmp_path)
    assert scrapes_after_3_and_5_requests(*server) == [8, 8]
