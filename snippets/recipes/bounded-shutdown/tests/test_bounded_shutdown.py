"""A shutdown ends, with no option on the command line that bounds it."""

import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import httpx
import pytest

from live import LiveServer, live_server
from patience import patient, wait_until

pytestmark = pytest.mark.live
LONG = "1000"  # seconds: as good as without a bound


@contextmanager
def serving(seconds: str, *arguments: str) -> Iterator[LiveServer]:
    """Run the app with requests that never end."""
    with live_server("sqlite+aiosqlite:///test.db", *arguments, module="endless_app:app",
                     APP_SHUTDOWN_SECONDS=seconds) as server:  # fmt: skip
        try:
            yield server
        finally:
            server.process.kill()


@contextmanager
def asked(server: LiveServer, path: str) -> Iterator[Future[httpx.Response]]:
    """Send a request, and wait until it is under way."""
    with ThreadPoolExecutor() as pool:
        answer = pool.submit(httpx.get, server.url + path, timeout=patient(60))
        wait_until(lambda: "begun" in server.log())
        yield answer


@pytest.mark.parametrize("path", ["/endless", "/thread"])
def test_a_request_that_never_ends_is_cut_cleanly(path: str) -> None:
    with serving("0.2") as server, asked(server, path) as answer:
        assert server.stop(signal.SIGTERM) in {0, -signal.SIGTERM}
        assert answer.result().status_code == 503
        assert answer.result().json() == {"error": "Shutting down"}
        log = server.log()
        assert "requests_cut_at_shutdown" in log
        assert ("cleaned_up" in log) == (path == "/endless")
        assert "Traceback" not in log


def test_without_a_bound_it_waits_for_ever() -> None:
    """The bad way: uvicorn's own default."""
    with serving(LONG) as server, asked(server, "/endless"):
        server.process.send_signal(signal.SIGTERM)
        wait_until(lambda: "Waiting for connections to close" in server.log())
        with pytest.raises(subprocess.TimeoutExpired):
            server.process.wait(1)
        server.process.kill()


def test_a_stream_is_cut() -> None:
    begun = threading.Event()

    def read(url: str) -> None:
        with httpx.stream("GET", url, timeout=patient(60)) as answer:
            for _ in answer.iter_raw():
                begun.set()

    with serving("0.2") as server, ThreadPoolExecutor() as pool:
        reading = pool.submit(read, f"{server.url}/stream")
        assert begun.wait(patient(30))
        assert server.stop(signal.SIGTERM) in {0, -signal.SIGTERM}
        assert isinstance(reading.exception(), httpx.RemoteProtocolError)


def test_what_does_not_let_itself_be_cut_ends_with_the_process() -> None:
    with serving("0.2") as server, asked(server, "/stubborn") as answer:
        assert server.stop(signal.SIGTERM) == 1
        assert isinstance(answer.exception(), httpx.TransportError)


def test_workers_are_bounded_each() -> None:
    with serving("0.2", "--workers=2") as server, asked(server, "/endless") as answer:
        server.stop(signal.SIGTERM)
        assert answer.result().status_code == 503
