"""Proof of pool-times-workers."""

import asyncio
import importlib.util
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from postgres import running_postgres

WORKERS = 4


@pytest.fixture(scope="module")
def own_server() -> Iterator[str]:
    """A PostgreSQL server with its default max_connections, which nobody else uses."""
    with running_postgres() as server:
        yield server.url


def import_worker(file: Path) -> ModuleType:
    """Import a file as a worker process does: with an engine of its own."""
    spec = importlib.util.spec_from_file_location("worker", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
async def admin(own_server: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncEngine]:
    """The superuser's engine; the service's role is an ordinary one."""
    monkeypatch.setenv("WEB_CONCURRENCY", str(WORKERS))
    url = make_url(own_server).set(username="app").render_as_string()
    monkeypatch.setenv("APP_DATABASE_URL", url)
    admin = create_async_engine(own_server, poolclass=NullPool)
    async with admin.begin() as connection:
        assert (await connection.scalar(text("SHOW max_connections"))) == "100"
        await connection.execute(text("CREATE ROLE app LOGIN"))
        await connection.execute(text("CREATE TABLE orders (id int)"))
        await connection.execute(text("GRANT SELECT ON orders TO app"))
    yield admin
    async with admin.begin() as connection:
        await connection.execute(text("DROP TABLE orders"))
        await connection.execute(text("DROP ROLE app"))


async def errors_of_30_requests_to_each_worker(file: Path, admin: AsyncEngine) -> list[str]:
    """Return the errors of requests that all wait for one lock, so that none ends early."""
    workers = [import_worker(file) for _ in range(WORKERS)]
    clients = [
        AsyncClient(transport=ASGITransport(worker.app), base_url="http://test")
        for worker in workers
    ]
    try:
        async with admin.connect() as lock:
            await lock.execute(text("LOCK TABLE orders"))
            requests = [
                asyncio.create_task(client.get("/reports/orders"))
                for client in clients
                for _ in range(30)
            ]
            await wait_until_settled(workers, requests)
        outcomes = await asyncio.gather(*requests, return_exceptions=True)
    finally:
        for worker in workers:
            await worker.engine.dispose()
    return [repr(outcome) for outcome in outcomes if isinstance(outcome, BaseException)]


async def wait_until_settled(workers: list[ModuleType], requests: list[asyncio.Task]) -> None:
    """Wait until 80 connections are out at least, and for a moment nothing changes."""
    before = None
    while True:
        await asyncio.sleep(0.3)
        out = sum(worker.engine.pool.checkedout() for worker in workers)
        now = (out, sum(request.done() for request in requests))
        if now == before and out >= 80:
            return
        before = now


async def test_bad_opens_more_connections_than_the_server_takes(
    bad_file: Path, admin: AsyncEngine
) -> None:
    errors = await errors_of_30_requests_to_each_worker(bad_file, admin)
    # 4 x (20 + 10) = 120 are wanted; of 100, the lock holds one and superusers may take three
    assert len(errors) >= 24
    # the second message comes when others are just logging in
    messages = "remaining connection slots are reserved for", "sorry, too many clients already"
    assert all(any(message in error for message in messages) for error in errors)
    assert any(messages[0] in error for error in errors)


async def test_good_lets_requests_wait_for_one_of_80_connections(
    good_file: Path, admin: AsyncEngine
) -> None:
    assert await errors_of_30_requests_to_each_worker(good_file, admin) == []
