"""What a broker must show: it is killed, its worker too, and the job is done, once."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.core.db import create_engine
from clients import ADA
from live import ROOT, SECRET, live_server
from patience import patient


@contextmanager
def running(command: Sequence[str], **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of the project, and what it starts, until `kill -9`."""
    program = Path(sys.executable).with_name(command[0])
    own = {"APP_JWT_SECRET": SECRET, "APP_JOB_LEASE_SECONDS": "3", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [program, *command[1:]],
        env=os.environ | own | variables,
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a program, and all it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@asynccontextmanager
async def connected(database_url: str) -> AsyncIterator[AsyncConnection]:
    """Yield a connection of the test's own."""
    engine = create_engine(database_url, 1)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def wait_for(connection: AsyncConnection, query: str, number: int) -> None:
    """Return when a query gives this number."""
    deadline = time.monotonic() + patient(60)
    while (found := await connection.scalar(text(query))) != number:
        assert time.monotonic() < deadline, found
        await connection.rollback()
        await asyncio.sleep(0.1)
    await connection.rollback()


BLOCKED = "SELECT count(*) FROM pg_locks WHERE NOT granted"
DONE = "SELECT count(*) FROM products"
WAITING = "SELECT count(*) FROM outbox"

FAILED = "SELECT CASE WHEN is_called THEN 1 ELSE 0 END FROM tries"
REFUSED = "SELECT CASE WHEN attempts > 0 THEN 1 ELSE 0 END FROM outbox"

AGAIN = "INSERT INTO outbox VALUES (1, 'welcome', '{\"user_id\": 1}', 0, now())"


async def check_kill_in_mid_job(
    database_url: str, redis_url: str, kill_broker: Callable[[], None], worker: Sequence[str]
) -> None:
    """Sign up, kill the broker that has the job, hold the job up, kill its worker, start another.

    `kill_broker` starts it again. The job is held by a lock on the user, whom its product
    refers to.
    """
    variables = {"APP_DATABASE_URL": database_url, "APP_REDIS_URL": redis_url}
    relay = ["python", "-m", "app.relay", "app.worker:deliver"]
    with live_server(database_url) as server:
        account = await asyncio.to_thread(httpx.post, f"{server.url}/api/v1/users", json=ADA)
        assert account.status_code == 201
        async with connected(database_url) as holder, connected(database_url) as watcher:
            await holder.execute(text("SELECT id FROM users FOR UPDATE"))
            with running(relay, **variables):  # the job is sent before there is a worker
                await wait_for(watcher, WAITING, 0)
            kill_broker()
            with running(worker, **variables) as first:
                await wait_for(watcher, BLOCKED, 1)
                kill(first)
            await holder.rollback()
            await wait_for(watcher, BLOCKED, 0)
            assert await watcher.scalar(text(DONE)) == 0
            await watcher.rollback()
            with running(worker, **variables):
                await wait_for(watcher, DONE, 1)
                # As after a relay that died between sending the message and deleting its row.
                await watcher.execute(text(AGAIN))
                await watcher.commit()
                with running(relay, **variables):
                    await wait_for(watcher, WAITING, 0)
                await asyncio.sleep(4)  # longer than the lease, and than the job
            assert await watcher.scalar(text(DONE)) == 1


async def check_failed_job(database_url: str, redis_url: str, worker: Sequence[str]) -> None:
    """Refuse what a job writes, then no longer: it is done, though the outbox has forgotten it."""
    variables = {"APP_DATABASE_URL": database_url, "APP_REDIS_URL": redis_url}
    relay = ["python", "-m", "app.relay", "app.worker:deliver"]
    body = (
        "BEGIN PERFORM nextval('tries'); RAISE EXCEPTION 'no'; END"  # a sequence rolls nothing back
    )
    with live_server(database_url) as server:
        async with connected(database_url) as watcher:
            for statement in (
                "CREATE SEQUENCE tries",
                f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$",
                "CREATE TRIGGER refuse BEFORE INSERT ON products EXECUTE FUNCTION refuse()",
            ):
                await watcher.execute(text(statement))
            await watcher.commit()
            account = await asyncio.to_thread(httpx.post, f"{server.url}/api/v1/users", json=ADA)
            assert account.status_code == 201
            with running(relay, **variables), running(worker, **variables):
                await wait_for(watcher, FAILED, 1)
                await watcher.execute(text("DROP TRIGGER refuse ON products"))
                await watcher.commit()
                await wait_for(watcher, DONE, 1)


async def check_restarted_broker(
    database_url: str,
    redis_url: str,
    stop: Callable[[], None],
    start: Callable[[], None],
    worker: Sequence[str],
) -> None:
    """Take the broker away for a while, and what it had: the worker goes on when it is back."""
    variables = {"APP_DATABASE_URL": database_url, "APP_REDIS_URL": redis_url}
    relay = ["python", "-m", "app.relay", "app.worker:deliver"]
    with live_server(database_url) as server:

        def sign_up(email: str) -> None:
            httpx.post(f"{server.url}/api/v1/users", json=ADA | {"email": email}).raise_for_status()

        with running(relay, **variables), running(worker, **variables):
            async with connected(database_url) as watcher:
                await asyncio.to_thread(sign_up, "ada@example.com")
                await wait_for(watcher, DONE, 1)
                stop()
                await asyncio.sleep(3)
                start()
                await asyncio.to_thread(sign_up, "bob@example.com")
                await wait_for(watcher, DONE, 2)


async def check_silent_broker(database_url: str) -> None:
    """Send a job to a broker that takes connections and says nothing: the relay goes on."""
    relay = ["python", "-m", "app.relay", "app.worker:deliver"]
    with live_server(database_url) as server, socket.create_server(("127.0.0.1", 0)) as silent:
        redis_url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        account = await asyncio.to_thread(httpx.post, f"{server.url}/api/v1/users", json=ADA)
        assert account.status_code == 201
        with running(relay, APP_DATABASE_URL=database_url, APP_REDIS_URL=redis_url):
            async with connected(database_url) as watcher:
                await wait_for(watcher, REFUSED, 1)
