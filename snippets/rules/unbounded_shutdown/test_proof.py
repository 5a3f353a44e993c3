"""Proof of unbounded-shutdown."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from patience import patient


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


@contextmanager
def terminated_under_a_stream(file: Path, log_file: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the file, send SIGTERM while a client reads a stream; yield the process."""
    port = free_port()
    environment = os.environ | {"APP_PORT": str(port), "APP_SHUTDOWN_SECONDS": "1"}
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(file)], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        while "running on" not in log_file.read_text():
            assert process.poll() is None, log_file.read_text()
            time.sleep(0.02)
        with httpx.stream("GET", f"http://127.0.0.1:{port}/events", timeout=patient(5)) as response:
            chunks = response.iter_raw()  # its end would close the connection
            next(chunks)
            process.send_signal(signal.SIGTERM)
            yield process
    finally:
        process.kill()
        process.wait(patient(30))


@pytest.mark.slow
def test_bad_waits_until_it_is_killed_and_ends_no_lifespan(bad_file: Path, tmp_path: Path) -> None:
    log_file = tmp_path / "server.log"
    with (
        terminated_under_a_stream(bad_file, log_file) as process,
        pytest.raises(subprocess.TimeoutExpired),
    ):
        process.wait(2.5)
    log = log_file.read_text()
    assert "Waiting for connections to close" in log
    assert "Application shutdown complete" not in log


@pytest.mark.slow
def test_good_cancels_the_stream_after_a_second_and_ends_the_lifespan(
    good_file: Path, tmp_path: Path
) -> None:
    log_file = tmp_path / "server.log"
    with terminated_under_a_stream(good_file, log_file) as process:
        assert process.wait(patient(20)) == -signal.SIGTERM
    log = log_file.read_text()
    assert "timeout graceful shutdown exceeded" in log
    assert "Application shutdown complete" in log
