"""Products: create, list."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import Connection, delete, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.models import Product, User
from app.schemas.product import ProductCreate
from app.services import products
from clients import headers_of, sign_up


async def offer(client: AsyncClient, **change: Any) -> dict[str, Any]:
    """Create a product; return it as the service does."""
    body = {"name": "Lamp", "price": "19.99"} | change
    response = await client.post("/api/v1/products", json=body, headers=await headers_of(client))
    assert response.status_code == 201, response.text
    product: dict[str, Any] = response.json()
    return product


async def test_a_new_product_answers_201_with_its_owner(client: AsyncClient) -> None:
    ada = await sign_up(client)
    product = await offer(client)
    assert product.keys() == {"id", "name", "price", "owner", "created_at"}
    assert product["owner"] == {"id": ada["id"], "full_name": "Ada"}


async def test_a_product_without_a_token_answers_401(client: AsyncClient) -> None:
    response = await client.post("/api/v1/products", json={"name": "Lamp", "price": 1})
    assert response.status_code == 401


@pytest.mark.parametrize(
    ("price", "stored"),
    [
        ("19.99", "19.99"),
        ("0.10", "0.10"),
        ("5", "5.00"),
        ("5.0", "5.00"),
        ("1e3", "1000.00"),
        ("0", "0.00"),
        ("-0.0", "0.00"),
        ("9999999999.99", "9999999999.99"),
        ('"19.99"', "19.99"),
        ("90071992547.41", None),
        ("10000000000.00", None),
        ("-0.01", None),
        ("0.001", None),
        ("1e400", None),
        ("1e-400", "0.00"),
        ("NaN", None),
        ("Infinity", None),
        ('"NaN"', None),
        ('"1e999999999"', None),
        ("true", None),
        ("null", None),
        ("[]", None),
        ("9" * 5_000, None),
    ],
)
async def test_a_price_is_exact_or_refused(
    client: AsyncClient, price: str, stored: str | None
) -> None:
    await sign_up(client)
    response = await client.post(
        "/api/v1/products",
        content=f'{{"name": "Lamp", "price": {price}}}',
        headers=await headers_of(client) | {"Content-Type": "application/json"},
    )
    if stored is None:
        assert 400 <= response.status_code < 500, response.text
    else:
        assert response.json()["price"] == stored
        listed = (await client.get("/api/v1/products")).json()
        assert listed[0]["price"] == stored


@pytest.mark.parametrize("name", ["", "x" * 101, "NUL \0", "half a pair \ud83d"])
async def test_a_name_that_cannot_be_stored_answers_422(client: AsyncClient, name: str) -> None:
    await sign_up(client)
    response = await client.post(
        "/api/v1/products",
        content=json.dumps({"name": name, "price": 1}),
        headers=await headers_of(client) | {"Content-Type": "application/json"},
    )
    assert response.status_code == 422


async def test_the_list_is_public_and_newest_first(client: AsyncClient) -> None:
    await sign_up(client)
    made = [await offer(client, name=name) for name in ("first", "second", "third")]
    page = (await client.get("/api/v1/products", params={"limit": 2})).json()
    assert page == [made[2], made[1]]
    rest = (await client.get("/api/v1/products", params={"limit": 2, "offset": 2})).json()
    assert rest == [made[0]]


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "offset=-1", "offset=100001",
     f"offset={'9' * 30}", "limit=%00"],
)  # fmt: skip
async def test_a_page_out_of_bounds_answers_422(client: AsyncClient, query: str) -> None:
    assert (await client.get(f"/api/v1/products?{query}")).status_code == 422


@contextmanager
def counted_statements(connection: AsyncConnection) -> Iterator[list[str]]:
    """Collect the SELECTs that run on this connection."""
    statements: list[str] = []

    def remember(_c: Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
        if statement.startswith("SELECT"):
            statements.append(statement)

    event.listen(connection.sync_connection, "before_cursor_execute", remember)
    yield statements
    event.remove(connection.sync_connection, "before_cursor_execute", remember)


async def test_the_number_of_queries_does_not_grow_with_the_page(
    client: AsyncClient, connection: AsyncConnection, session: AsyncSession
) -> None:
    for number in range(5):
        owner = await sign_up(client, email=f"{number}@example.com")
        session.add(Product(name="Lamp", price=Decimal(1), owner_id=owner["id"]))
    await session.commit()
    for limit in (1, 5):
        with counted_statements(connection) as statements:
            page = (await client.get("/api/v1/products", params={"limit": limit})).json()
        assert len(page) == limit
        assert len(statements) == 1


async def test_an_owner_deleted_meanwhile_is_a_conflict(
    client: AsyncClient, connection: AsyncConnection, session: AsyncSession
) -> None:
    ada = await sign_up(client)
    owner = await session.get_one(User, ada["id"])
    await connection.execute(delete(User))
    with pytest.raises(products.OwnerGoneError) as caught:
        await products.create_product(session, ProductCreate(name="Lamp", price=1), owner)
    assert caught.value.status_code == 409
