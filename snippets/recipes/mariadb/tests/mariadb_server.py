"""A real MariaDB for tests, without Docker: from PATH, such as Debian's mariadb-server."""

import asyncio
import contextlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Row, make_url, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import create_async_engine

from patience import patient

DEFAULTS = "CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin"


class MariaDB:
    """One server in a temporary folder, reached over TCP on a free port."""

    def __init__(self) -> None:
        install, self._server = _find_program("mariadb-install-db"), _find_program("mariadbd")
        self.folder = Path(tempfile.mkdtemp(prefix="mariadb-"))
        self.process: subprocess.Popen[bytes] | None = None
        self._as_user: dict[str, Any] = {"cwd": self.folder}
        if os.geteuid() == 0:  # MariaDB refuses to run as root
            nobody = pwd.getpwnam("nobody")
            self._as_user |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"mariadb+asyncmy://root@127.0.0.1:{self.port}/mysql"
        self._options = [
            "--no-defaults",
            f"--datadir={self.folder / 'data'}",
            f"--tmpdir={self.folder}",
            "--innodb-log-file-size=16M",
            "--innodb-buffer-pool-size=32M",
        ]
        command = [install, *self._options, "--auth-root-authentication-method=normal"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, **self._as_user)
        if done.returncode != 0:
            raise RuntimeError(f"{done.stdout}\n{done.stderr}")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self._server,
                    *self._options,
                    f"--port={self.port}",
                    "--bind-address=127.0.0.1",
                    f"--socket={self.folder / 'socket'}",
                    "--innodb-flush-log-at-trx-commit=0",  # for speed
                ],
                stdout=log,
                stderr=log,
                **self._as_user,
            )
        deadline = time.monotonic() + patient(30)
        while not self._greets():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"MariaDB does not start:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.02)

    def _greets(self) -> bool:
        try:
            with socket.create_connection(
                ("127.0.0.1", self.port), timeout=patient(5)
            ) as connection:
                return len(connection.recv(5)) == 5
        except OSError:
            return False

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop: SIGTERM cuts the connections and shuts down, SIGKILL is a crash."""
        if self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.send_signal(how)
            self.process.wait(patient(30))


def _find_program(name: str) -> str:
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        pytest.skip(f"no {name}: install mariadb-server, or set APP_TEST_MARIADB_URL")
    return found


@contextmanager
def running_mariadb() -> Iterator[MariaDB]:
    """Yield a started server of one's own, which a test may stop and start."""
    server = MariaDB()
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder)


@contextmanager
def mariadb_url() -> Iterator[str]:
    """Yield the URL of `APP_TEST_MARIADB_URL`, or of a server that lives as long as this."""
    if given := os.environ.get("APP_TEST_MARIADB_URL"):
        yield given
    else:
        with running_mariadb() as server:
            yield server.url


@contextmanager
def scratch_mariadb(server_url: str, defaults: str = DEFAULTS) -> Iterator[str]:
    """Yield the URL of a new, empty database on that server; drop it in the end."""
    name = f"test_{uuid4().hex}"
    asyncio.run(_execute(server_url, f"CREATE DATABASE {name} {defaults}"))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        # DROP would wait for what a failed test left open.
        connections = f"SELECT id FROM information_schema.processlist WHERE db = '{name}'"  # noqa: S608
        for (number,) in asyncio.run(_execute(server_url, connections)):
            with contextlib.suppress(OperationalError):  # it has ended by itself
                asyncio.run(_execute(server_url, f"KILL {number}"))
        asyncio.run(_execute(server_url, f"DROP DATABASE {name}"))


async def _execute(url: str, statement: str) -> Sequence[Row[Any]]:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    try:
        async with engine.connect() as connection:
            result = await connection.execute(text(statement))
            return result.all() if result.returns_rows else []
    finally:
        await engine.dispose()
