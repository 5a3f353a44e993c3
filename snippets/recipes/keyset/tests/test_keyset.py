"""The catalogue: complete, stable, and as cheap at the end as at the beginning."""

import base64
import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
from httpx import AsyncClient
from pydantic import SecretStr
from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from app.core.config import get_settings
from app.core.db import create_engine, create_tables
from app.models import Base, Product
from app.schemas.catalogue import BadCursorError, Cursor
from app.services.catalogue import catalogue
from clients import headers_of, sign_up

URL = "/api/v1/catalogue"


async def offer(client: AsyncClient, headers: dict[str, str], *prices: str) -> None:
    """Add products of these prices, named by their price."""
    for price in prices:
        product = {"name": price, "price": price}
        answer = await client.post("/api/v1/products", json=product, headers=headers)
        assert answer.status_code == 201


async def walk(client: AsyncClient, limit: int) -> list[list[str]]:
    """Return the prices on each page."""
    pages, after = [], {}
    while True:
        page = (await client.get(URL, params={"limit": limit, **after})).json()
        pages.append([item["price"] for item in page["items"]])
        if page["next"] is None:
            return pages
        after = {"after": page["next"]}


async def test_pages_follow_each_other_without_gap_or_repetition(client: AsyncClient) -> None:
    """Equal prices too, and the last page, also a full one, has no next."""
    await sign_up(client)
    headers = await headers_of(client)
    assert await walk(client, 2) == [[]]
    await offer(client, headers, "3.00", "1.00", "1.00", "2.50", "1.00", "10.00")
    assert await walk(client, 2) == [["1.00", "1.00"], ["1.00", "2.50"], ["3.00", "10.00"]]
    assert await walk(client, 4) == [["1.00", "1.00", "1.00", "2.50"], ["3.00", "10.00"]]
    ids = [item["id"] for item in (await client.get(URL)).json()["items"]]
    assert len(set(ids)) == 6
    assert ids[:3] == sorted(ids[:3])


def test_the_order_is_total_and_not_left_to_the_plan() -> None:
    assert "ORDER BY products.price, products.id" in str(catalogue(None, 2))


async def test_what_comes_in_meanwhile_moves_nothing(client: AsyncClient) -> None:
    """With an offset, the second page would repeat what the first has shown."""
    await sign_up(client)
    headers = await headers_of(client)
    await offer(client, headers, "2.00", "3.00", "4.00", "5.00")
    first = (await client.get(URL, params={"limit": 2})).json()
    await offer(client, headers, "1.00")
    second = (await client.get(URL, params={"limit": 2, "after": first["next"]})).json()
    assert [item["price"] for item in second["items"]] == ["4.00", "5.00"]


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "%%%",
        "ä",
        "a" * 200,
        encoded(1),
        encoded({"price": "1.00"}),
        encoded({"price": "1.00", "id": 1}),  # of the right form, made up
        encoded({"price": None, "id": 1}),
        encoded({"price": "1.00", "id": 2**31}),
        encoded({"price": "1.00", "id": 0}),
        encoded({"price": "1" * 13, "id": 1}),
        encoded({"price": "NaN", "id": 1}),
        base64.b64encode(b"\0\xff").decode(),
    ],
)
async def test_a_cursor_that_is_none_of_ours_is_refused(client: AsyncClient, cursor: str) -> None:
    answer = await client.get(URL, params={"after": cursor})
    assert (answer.status_code, answer.json()) == (422, {"error": "Bad cursor"})


def test_a_cursor_that_was_changed_is_refused() -> None:
    ours = Cursor(price=Decimal("1.00"), id=1)
    content = base64.urlsafe_b64decode(ours.encode())
    assert Cursor.decode(ours.encode()) == ours
    for place in range(len(content)):
        other = bytearray(content)
        other[place] ^= 1
        with pytest.raises(BadCursorError):
            Cursor.decode(base64.urlsafe_b64encode(other).decode())


def test_a_cursor_of_another_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Cursor(price=Decimal("1.00"), id=1).encode()
    monkeypatch.setattr(get_settings(), "jwt_secret", SecretStr("another secret of 32 characters"))
    with pytest.raises(BadCursorError):
        Cursor.decode(ours)


async def test_a_row_with_null_in_its_key_is_on_no_page(session: AsyncSession) -> None:
    null = text("SELECT (NULL, 2) > (1, 1), (NULL, 2) <= (1, 1)")
    assert (await session.execute(null)).one() == (None, None)


@pytest.fixture
async def large(own_postgres_url: str) -> AsyncIterator[AsyncConnection]:
    """PostgreSQL with 200,000 products."""
    engine = create_engine(own_postgres_url, 1, command_timeout=None)
    async with engine.begin() as connection:
        await create_tables(connection, Base.metadata)
        await connection.execute(
            text(
                "INSERT INTO users (id, email, full_name, password_hash, is_admin, created_at) "
                "VALUES (1, 'a@example.com', 'Ada', '-', false, now())"
            )
        )
        await connection.execute(
            text(
                "INSERT INTO products (name, price, owner_id, created_at) "
                "SELECT 'Lamp', (n * 7919) % 100000 / 100.0, 1, now() "
                "FROM generate_series(1, 200000) AS n"
            )
        )
        await connection.execute(text("ANALYZE"))
    async with engine.connect() as connection:
        yield connection
    await engine.dispose()


async def blocks(connection: AsyncConnection, statement: Select[Any]) -> int:
    """Return how many blocks of the database a query reads."""
    options = {"literal_binds": True}
    query = statement.compile(dialect=postgresql.dialect(), compile_kwargs=options)
    explain = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}"
    plan = (await connection.execute(text(explain))).scalar_one()[0]["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


async def test_the_last_page_costs_what_the_first_does(large: AsyncConnection) -> None:
    assert await large.scalar(select(func.count(Product.id))) == 200_000
    deep = Cursor(price=Decimal("990.00"), id=1)
    first, last = await blocks(large, catalogue(None, 20)), await blocks(large, catalogue(deep, 20))
    offset = await blocks(large, catalogue(None, 20).offset(198_000))
    assert last < first + 10
    assert offset > 100 * last


async def test_the_comparison_written_out_reads_all_that_comes_before(
    large: AsyncConnection,
) -> None:
    written_out = catalogue(None, 20).where(
        (Product.price > 990) | ((Product.price == 990) & (Product.id > 1))
    )
    deep = Cursor(price=Decimal("990.00"), id=1)
    assert await blocks(large, written_out) > 100 * await blocks(large, catalogue(deep, 20))
