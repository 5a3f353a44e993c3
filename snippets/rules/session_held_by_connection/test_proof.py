"""Proof of session-held-by-connection."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

pytestmark = pytest.mark.usefixtures("postgres_database")


@contextlib.asynccontextmanager
async def socket_that_has_asked(module: ModuleType) -> AsyncIterator[None]:
    """Open a WebSocket, ask once, and leave it open."""
    received: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    sent: asyncio.Queue[dict[str, object]] = asyncio.Queue()
    scope = {
        "type": "websocket", "path": "/users/count", "headers": [], "query_string": b"",
        "subprotocols": [],
    }  # fmt: skip
    received.put_nowait({"type": "websocket.connect"})
    received.put_nowait({"type": "websocket.receive", "text": "?"})
    connection = asyncio.create_task(module.app(scope, received.get, sent.put))
    assert (await sent.get())["type"] == "websocket.accept"
    assert (await sent.get())["text"] == "0"
    try:
        yield
    finally:
        received.put_nowait({"type": "websocket.disconnect", "code": 1000})
        await connection


async def count_beside_two_sockets(module: ModuleType) -> int:
    """Open as many WebSockets as the pool has connections, and ask over HTTP."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    transport = ASGITransport(module.app)
    async with (
        socket_that_has_asked(module),
        socket_that_has_asked(module),
        AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        response = await client.get("/users/count")
        return response.status_code


async def test_bad_keeps_all_connections_for_idle_sockets(bad: ModuleType) -> None:
    with pytest.raises(PoolTimeoutError, match="QueuePool limit of size 2 overflow 0 reached"):
        await count_beside_two_sockets(bad)


async def test_good_gives_them_back(good: ModuleType) -> None:
    assert await count_beside_two_sockets(good) == 200
