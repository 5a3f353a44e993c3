"""Proof of commit-after-response."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text


async def order_of_a_missing_customer(module: ModuleType) -> int:
    """Post an order whose commit fails, as its constraint is deferred; return the status."""
    async with module.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE customers (id int PRIMARY KEY)"))
        await connection.execute(
            text(
                "CREATE TABLE orders (customer_id int REFERENCES customers "
                "DEFERRABLE INITIALLY DEFERRED)"
            )
        )
    transport = ASGITransport(module.app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.post("/orders", params={"customer_id": 7})
    async with module.engine.connect() as connection:
        assert (await connection.scalar(text("SELECT count(*) FROM orders"))) == 0
    return response.status_code


@pytest.mark.usefixtures("postgres_database")
async def test_bad_answers_201_for_a_row_that_is_lost(bad: ModuleType) -> None:
    assert await order_of_a_missing_customer(bad) == 201


@pytest.mark.usefixtures("postgres_database")
async def test_good_answers_500_when_the_commit_fails(good: ModuleType) -> None:
    assert await order_of_a_missing_customer(good) == 500
