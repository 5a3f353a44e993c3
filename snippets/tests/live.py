"""The service as users run it: real server processes, on a free port."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from patience import patient

ROOT = Path(__file__).parents[1]
SECRET = "a secret for tests, of 32 characters or more"


@dataclass
class LiveServer:
    """A running server: its process, its address and its output so far."""

    process: subprocess.Popen[bytes]
    url: str
    log_file: Path

    def log(self) -> str:
        """Return what the server has printed."""
        return self.log_file.read_text()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(how)
        return self.process.wait(patient(30))


@contextmanager
def live_server(
    database_url: str,
    *arguments: str,
    module: str = "app.main:app",
    server: str = "uvicorn",
    python: str = sys.executable,
    source: Path = ROOT,
    **variables: str,
) -> Iterator[LiveServer]:
    """Start `server module *arguments` with these variables; wait until it is healthy."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        log_file = Path(folder, "log")
        environment = (
            os.environ
            | variables
            | {
                "APP_DATABASE_URL": database_url,
                "APP_JWT_SECRET": SECRET,
                "PYTHONPATH": os.pathsep.join([str(source), str(source / "tests")]),
            }
        )
        address = {"uvicorn": f"--port={port}", "gunicorn": f"--bind=127.0.0.1:{port}"}[server]
        command = [python, "-m", server, module, address, *arguments]
        with log_file.open("wb") as log:
            process = subprocess.Popen(
                command, cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        running = LiveServer(process, f"http://127.0.0.1:{port}", log_file)
        try:
            wait_until_healthy(running)
            yield running
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(patient(30))


def wait_until_healthy(server: LiveServer, seconds: float = 30) -> None:
    """Return when `/healthz` answers 200; raise with the log if it never does."""
    deadline = time.monotonic() + patient(seconds)
    with httpx.Client(base_url=server.url, timeout=patient(5)) as client:
        while time.monotonic() < deadline and server.process.poll() is None:
            try:
                if client.get("/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
    raise RuntimeError(f"the server is not healthy:\n{server.log()[-3000:]}")
