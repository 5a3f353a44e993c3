"""Proof of money-as-float."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient

pytestmark = pytest.mark.usefixtures("postgres_database")


@asynccontextmanager
async def client_of(module: ModuleType) -> AsyncIterator[AsyncClient]:
    """Return a client of the application, which has one empty account."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add(module.Account(id=1))
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client


async def take_out_what_was_paid_in(module: ModuleType) -> int:
    """Return the status for 0.80 after 0.70 and 0.10."""
    async with client_of(module) as client:
        for amount in ("0.70", "0.10"):
            await client.post("/deposits", json={"amount": amount})
        return (await client.post("/withdrawals", json={"amount": "0.80"})).status_code


async def cents(module: ModuleType) -> int:
    """Return the cents of 19.99."""
    async with client_of(module) as client:
        found: int = (await client.post("/charges", json={"amount": "19.99"})).json()["cents"]
        return found


async def test_bad_refuses_what_was_paid_in(bad: ModuleType) -> None:
    assert await take_out_what_was_paid_in(bad) == 409
    async with bad.sessionmaker() as session:
        assert (await session.get_one(bad.Account, 1)).balance == 0.7999999999999999


async def test_good_pays_it_out(good: ModuleType) -> None:
    assert await take_out_what_was_paid_in(good) == 204


async def test_bad_loses_a_cent(bad: ModuleType) -> None:
    assert await cents(bad) == 1998


async def test_good_keeps_it(good: ModuleType) -> None:
    assert await cents(good) == 1999


async def test_bad_would_keep_it_rounded(bad: ModuleType) -> None:
    assert await cents(bad) == 1998
    assert round(19.99 * 100) == 1999
