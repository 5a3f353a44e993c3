"""Proof of connection-held-during-slow-work."""

import asyncio
from types import ModuleType

import httpx
import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import TimeoutError as PoolTimeoutError


async def read_while_the_provider_is_slow(module: ModuleType) -> httpx.Response:
    """Read an order while the provider keeps five payments waiting."""
    async with module.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE orders (id int, price int, receipt text)"))
        await connection.execute(text("INSERT INTO orders VALUES (1, 50)"))
    all_there, answer = asyncio.Barrier(6), asyncio.Event()

    async def charge(_request: httpx.Request) -> httpx.Response:
        await all_there.wait()
        await answer.wait()
        return httpx.Response(201, json={"receipt": "R1"})

    module.payments = AsyncClient(
        transport=httpx.MockTransport(charge), base_url="https://payments.example"
    )
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        payments = [asyncio.create_task(client.post("/orders/1/payment")) for _ in range(5)]
        await all_there.wait()
        try:
            return await client.get("/orders/1")
        finally:
            answer.set()
            assert {response.status_code for response in await asyncio.gather(*payments)} == {201}


@pytest.mark.usefixtures("postgres_database")
async def test_bad_has_no_connection_left_for_anybody_else(bad: ModuleType) -> None:
    with pytest.raises(PoolTimeoutError, match="QueuePool limit of size 5 overflow 0 reached"):
        await read_while_the_provider_is_slow(bad)


@pytest.mark.usefixtures("postgres_database")
async def test_good_answers_others_while_the_provider_is_slow(good: ModuleType) -> None:
    assert (await read_while_the_provider_is_slow(good)).json() == {"price": 50}
