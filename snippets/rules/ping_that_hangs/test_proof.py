"""Proof of ping-that-hangs."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from importlib.metadata import version
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from packaging.version import Version
from sqlalchemy import make_url, text


class Network:
    """A way to the server that can forget the connections it has, as a load balancer does."""

    def __init__(self, host: str, port: int) -> None:
        self.server = host, port
        self.old: list[StreamWriter] = []

    async def connect(self, reader: StreamReader, writer: StreamWriter) -> None:
        """Join a new client to the server."""
        up_reader, up_writer = await asyncio.open_connection(*self.server)
        self.old += [writer, up_writer]
        await asyncio.gather(
            self.forward(reader, up_writer, self.old), self.forward(up_reader, writer, self.old)
        )

    async def forward(
        self, reader: StreamReader, writer: StreamWriter, alive: list[StreamWriter]
    ) -> None:
        """Pass on what comes, or swallow it when the connection is forgotten."""
        while data := await reader.read(65536):
            if alive is self.old:
                writer.write(data)
        writer.close()

    def forget_connections(self) -> list[StreamWriter]:
        """Drop from now on what comes over the old connections, and tell nobody."""
        forgotten, self.old = self.old, []
        return forgotten


@pytest.fixture
async def network(
    postgres_database: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Network]:
    """The way to the test's database; APP_DATABASE_URL goes through it."""
    url = make_url(postgres_database)
    assert url.host is not None
    network = Network(url.host, url.port or 5432)
    proxy = await asyncio.start_server(network.connect, "127.0.0.1", 0)
    port = proxy.sockets[0].getsockname()[1]
    through = url.set(host="127.0.0.1", port=port).render_as_string(hide_password=False)
    monkeypatch.setenv("APP_DATABASE_URL", through)
    monkeypatch.setenv("APP_COMMAND_TIMEOUT", "0.5")
    yield network
    proxy.close()


async def client_of_a_used_connection(module: ModuleType) -> AsyncClient:
    """Return a client after one request, whose connection waits in the pool."""
    async with module.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE items (id int)"))
    client = AsyncClient(transport=ASGITransport(module.app), base_url="http://test")
    assert (await client.get("/items/count")).json() == 0
    return client


async def test_bad_hangs_until_somebody_says_that_the_connection_is_gone(
    network: Network, bad: ModuleType
) -> None:
    client = await client_of_a_used_connection(bad)
    forgotten = network.forget_connections()
    request = asyncio.create_task(client.get("/items/count"))
    done, _ = await asyncio.wait([request], timeout=2.5)
    assert not done
    for writer in forgotten:
        writer.close()
    assert (await request).json() == 0  # only now the ping knows, and reconnects


@pytest.mark.skipif(
    Version(version("asyncpg")) < Version("0.32"), reason="closing the dead connection hangs there"
)
async def test_good_loses_one_request_and_reconnects_for_the_next(
    network: Network, good: ModuleType
) -> None:
    client = await client_of_a_used_connection(good)
    forgotten = network.forget_connections()
    request = asyncio.create_task(client.get("/items/count"))
    done, _ = await asyncio.wait([request], timeout=8)
    for writer in forgotten:
        writer.close()
    assert done
    assert isinstance(request.exception(), TimeoutError)
    assert (await client.get("/items/count")).json() == 0
