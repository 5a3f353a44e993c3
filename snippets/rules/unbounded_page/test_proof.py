"""Proof of unbounded-page."""

from types import ModuleType
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError


async def page(module: ModuleType, **parameters: Any) -> Response:
    """Ask for a page of 1,000 products; raise what the endpoint raises."""
    rows = [{"id": number, "name": f"Lamp {number}"} for number in range(1, 1001)]
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.drop_all)
        await connection.run_sync(module.Base.metadata.create_all)
        await connection.execute(insert(module.Product), rows)
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        return await client.get("/products", params=parameters)


@pytest.mark.usefixtures("postgres_database")
async def test_bad_returns_the_whole_table_to_whoever_asks(bad: ModuleType) -> None:
    assert len((await page(bad)).json()) == 100
    assert len((await page(bad, limit=1_000_000)).json()) == 1000


@pytest.mark.usefixtures("postgres_database")
async def test_bad_fails_on_postgresql_for_a_negative_limit(bad: ModuleType) -> None:
    with pytest.raises(DBAPIError, match="LIMIT must not be negative"):
        await page(bad, limit=-1)


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_takes_a_negative_limit_for_none_on_sqlite(bad: ModuleType) -> None:
    assert len((await page(bad, limit=-1)).json()) == 1000


@pytest.mark.usefixtures("postgres_database")
async def test_good_refuses_both_and_gives_pages(good: ModuleType) -> None:
    for limit in (1_000_000, 101, 0, -1):
        assert (await page(good, limit=limit)).status_code == 422
    last = (await page(good, after=950, limit=100)).json()
    assert [product["id"] for product in last] == list(range(951, 1001))
