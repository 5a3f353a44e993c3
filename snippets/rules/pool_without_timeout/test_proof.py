"""Proof of pool-without-timeout."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncEngine


@contextlib.asynccontextmanager
async def full_pool(engine: AsyncEngine) -> AsyncIterator[None]:
    """Hold all five connections, as slow queries do."""
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(5):
            await stack.enter_async_context(engine.connect())
        yield


@pytest.mark.usefixtures("postgres_database")
async def test_bad_lets_a_request_hang_for_longer_than_a_client_waits(bad: ModuleType) -> None:
    transport = ASGITransport(bad.app)
    async with (
        full_pool(bad.engine),
        AsyncClient(transport=transport, base_url="http://t") as client,
    ):
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.get("/items/count"), 2.5)
    assert bad.engine.pool.timeout() == 30


@pytest.mark.usefixtures("postgres_database")
async def test_good_answers_503_while_the_client_still_waits(good: ModuleType) -> None:
    transport = ASGITransport(good.app)
    async with (
        full_pool(good.engine),
        AsyncClient(transport=transport, base_url="http://t") as client,
    ):
        response = await asyncio.wait_for(client.get("/items/count"), 10)
    assert response.status_code == 503
    assert response.headers["retry-after"] == "1"
