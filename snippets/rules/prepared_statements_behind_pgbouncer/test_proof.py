"""Proof of prepared-statements-behind-pgbouncer.

PgBouncer is in no wheel, so `Pooler` does what its transaction mode does: each transaction gets
one of a few server connections. PgBouncer 1.18 itself gave the same errors, and none to the good
code (2026-11-22).
"""

import asyncio
import importlib.util
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any
from uuid import uuid4

import pytest
from asyncpg import PostgresError
from httpx import ASGITransport, AsyncClient
from packaging.version import Version
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from postgres import running_postgres

STARTUP = b"user\0postgres\0database\0postgres\0client_encoding\0utf-8\0\0"


async def read_message(reader: StreamReader) -> bytes:
    """Return a message of PostgreSQL's protocol: its type, its length, and the rest."""
    head = await reader.readexactly(5)
    return head + await reader.readexactly(int.from_bytes(head[1:]) - 4)


class Pooler:
    """Clients that take turns, a transaction each, on a few connections to a server."""

    def __init__(self) -> None:
        self.idle: asyncio.Queue[tuple[StreamReader, StreamWriter]] = asyncio.Queue()
        self.greeting = b""

    async def open_server_connection(self, port: int) -> None:
        """Log in, and keep what the server says to that for the clients."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        version_3 = (196608).to_bytes(4)
        writer.write((8 + len(STARTUP)).to_bytes(4) + version_3 + STARTUP)
        self.greeting = message = await read_message(reader)
        while message[:1] != b"Z":
            message = await read_message(reader)
            self.greeting += message
        self.idle.put_nowait((reader, writer))

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Answer a client until it says that it ends."""
        while (length := int.from_bytes(await reader.readexactly(4))) == 8:
            await reader.readexactly(4)
            writer.write(b"N")  # no TLS
        await reader.readexactly(length - 4)
        writer.write(self.greeting)
        try:
            while (message := await read_message(reader))[:1] != b"X":
                server = await self.idle.get()
                await self.pass_on_transaction(message, reader, writer, *server)
                self.idle.put_nowait(server)
        finally:
            writer.close()

    async def pass_on_transaction(
        self,
        message: bytes,
        reader: StreamReader,
        writer: StreamWriter,
        server_reader: StreamReader,
        server_writer: StreamWriter,
    ) -> None:
        """Pass on messages until the server is idle and in no transaction."""
        # what the server's answer to a query, to Sync and to Flush ends with
        ends = {b"Q": b"Z", b"S": b"Z", b"H": b"TnE"}
        while True:
            server_writer.write(message)
            if end := ends.get(message[:1]):
                answer = await read_message(server_reader)
                writer.write(answer)
                while answer[:1] not in end:
                    answer = await read_message(server_reader)
                    writer.write(answer)
                if answer[:1] == b"Z" and answer[5:] == b"I":
                    return
            message = await read_message(reader)


@pytest.fixture(scope="module")
def server_port() -> Iterator[int]:
    """The port of a server that asks for no password."""
    with running_postgres() as server:
        yield server.port


@pytest.fixture
async def admin(server_port: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncEngine]:
    """An engine past the pooler; APP_DATABASE_URL leads through it."""
    pooler = Pooler()
    for _ in range(3):
        await pooler.open_server_connection(server_port)
    listener = await asyncio.start_server(pooler.serve, "127.0.0.1", 0)
    url = make_url("postgresql+asyncpg://postgres@127.0.0.1/postgres").set(port=server_port)
    admin = create_async_engine(url, poolclass=NullPool)
    async with admin.begin() as connection:
        await connection.execute(text("CREATE TABLE items (id int, price int)"))
        await connection.execute(text("INSERT INTO items VALUES (1, 50)"))
    port = listener.sockets[0].getsockname()[1]
    monkeypatch.setenv("APP_DATABASE_URL", url.set(port=port).render_as_string())
    yield admin
    listener.close()
    while not pooler.idle.empty():
        pooler.idle.get_nowait()[1].close()
    async with admin.begin() as connection:
        await connection.execute(text("DROP TABLE items"))


@asynccontextmanager
async def worker(file: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ModuleType]:
    """Import a file as a worker process does, in which asyncpg counts statements from 1."""
    monkeypatch.setattr("asyncpg.connection._uid", 0)
    spec = importlib.util.spec_from_file_location("worker", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    yield module
    await module.engine.dispose()


async def read_prices(module: ModuleType) -> set[str]:
    """Read a price five times; return the prices and the errors."""
    outcomes = set()
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        for _ in range(5):
            try:
                outcomes.add((await client.get("/items/1/price")).text)
            except (DBAPIError, PostgresError) as error:  # the latter while it connects
                outcomes.add(str(error))
    return outcomes


async def read_prices_in_four_workers(
    file: Path, monkeypatch: pytest.MonkeyPatch, connect_args: dict[str, Any] | None = None
) -> set[str]:
    """Let one worker after the other read prices; return all prices and errors."""
    outcomes = set()
    for _ in range(4):
        async with worker(file, monkeypatch) as module:
            if connect_args:
                url = module.engine.url
                module.engine = create_async_engine(
                    url, pool_pre_ping=True, connect_args=connect_args
                )
            outcomes |= await read_prices(module)
    return outcomes


# SQLAlchemy 2.0.35 leaves a connection open when setting it up fails
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_bad_misses_statements_and_finds_those_of_others(
    bad_file: Path, admin: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = await read_prices_in_four_workers(bad_file, monkeypatch)
    assert any("does not exist" in outcome for outcome in outcomes)
    assert any("already exists" in outcome for outcome in outcomes)
    half = {
        "prepared_statement_cache_size": 0,
        "prepared_statement_name_func": lambda: f"__asyncpg_{uuid4()}__",
    }
    outcomes = await read_prices_in_four_workers(bad_file, monkeypatch, half)
    assert any("already exists" in outcome for outcome in outcomes)


@pytest.mark.slow
async def test_good_works_in_four_workers_and_leaves_no_statement_behind(
    good_file: Path, admin: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await read_prices_in_four_workers(good_file, monkeypatch) == {"50"}
    count = text("SELECT count(*) FROM pg_prepared_statements")
    async with worker(good_file, monkeypatch) as module:
        for _ in range(3):  # on each of the three server connections
            async with module.engine.connect() as connection:
                assert (await connection.execute(count)).scalar_one() == 0
    caches = {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
    outcomes = await read_prices_in_four_workers(good_file, monkeypatch, caches)
    assert (outcomes == {"50"}) is (Version(version("asyncpg")) >= Version("0.31"))
