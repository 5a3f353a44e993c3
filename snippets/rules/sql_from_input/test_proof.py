"""Proof of sql-from-input."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import text

pytestmark = pytest.mark.usefixtures("postgres_database")
SECRET = (
    "CASE WHEN (SELECT count(*) FROM users WHERE email = 'ada@example.com'"
    " AND password_hash LIKE '{}%') = 1 THEN id ELSE -id END"
)


async def products(module: ModuleType, sort: str) -> Response:
    """Ask for products where another table holds a secret."""
    async with module.engine.begin() as connection:
        for statement in (
            "DROP TABLE IF EXISTS products, users",
            "CREATE TABLE products (id int, name text)",
            "CREATE TABLE users (email text, password_hash text)",
            "INSERT INTO products VALUES (1, 'Lamp'), (2, 'Chair')",
            "INSERT INTO users VALUES ('ada@example.com', 's3')",
        ):
            await connection.execute(text(statement))
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        return await client.get("/products", params={"sort": sort})


async def test_bad_tells_the_beginning_of_a_password_hash(bad: ModuleType) -> None:
    assert (await products(bad, "name")).json() == ["Chair", "Lamp"]
    assert (await products(bad, SECRET.format("x"))).json() == ["Chair", "Lamp"]
    assert (await products(bad, SECRET.format("s"))).json() == ["Lamp", "Chair"]


async def test_good_refuses_what_is_no_column(good: ModuleType) -> None:
    assert (await products(good, "name")).json() == ["Chair", "Lamp"]
    assert (await products(good, SECRET.format("s"))).status_code == 422
