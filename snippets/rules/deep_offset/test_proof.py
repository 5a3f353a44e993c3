"""Proof of deep-offset."""

from types import ModuleType
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import event, text

ROWS = 200_000


async def fill(module: ModuleType) -> None:
    """Make the table, as large as a small service's."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        await connection.execute(
            text("INSERT INTO products SELECT n, 'Lamp ' || n FROM generate_series(1, :n) AS n"),
            {"n": ROWS},
        )
        await connection.execute(text("ANALYZE products"))


async def page(module: ModuleType, **parameters: int) -> list[int]:
    """Return the keys of a page."""
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        response = await client.get("/products", params=parameters)
    return [product["id"] for product in response.json()]


async def rows_read(module: ModuleType, **parameters: int) -> int:
    """Return how many rows the database reads for a page, by the plan of its statement as run."""
    sent: list[tuple[str, Any]] = []
    event.listen(module.engine.sync_engine, "before_cursor_execute", lambda *a: sent.append(a[2:4]))
    assert len(await page(module, **parameters)) == 20
    statement, values = sent[-1]
    async with module.engine.connect() as connection:
        explain = f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}"
        explained = (await connection.exec_driver_sql(explain, values)).scalar_one()
    [scan] = explained[0]["Plan"]["Plans"]
    return round(scan["Actual Rows"])


@pytest.mark.usefixtures("postgres_database")
async def test_bad_reads_all_rows_for_the_last_page(bad: ModuleType) -> None:
    await fill(bad)
    assert await page(bad, offset=ROWS - 20) == list(range(20, 0, -1))
    assert await rows_read(bad) == 20
    assert await rows_read(bad, offset=ROWS - 20) == ROWS


@pytest.mark.usefixtures("postgres_database")
async def test_good_reads_the_rows_of_the_last_page_alone(good: ModuleType) -> None:
    await fill(good)
    assert await page(good, before=21) == list(range(20, 0, -1))
    assert await rows_read(good) == 20
    assert await rows_read(good, before=21) == 20


async def change(module: ModuleType, statement: str) -> None:
    """Add or remove a product, as another request would between two pages."""
    async with module.engine.begin() as connection:
        await connection.execute(text(statement))


ADD = "INSERT INTO products SELECT max(id) + 1, 'New' FROM products"
REMOVE = "DELETE FROM products WHERE id = (SELECT max(id) FROM products)"


@pytest.mark.usefixtures("postgres_database")
async def test_bad_repeats_a_product_when_one_is_added(bad: ModuleType) -> None:
    await fill(bad)
    first = await page(bad)
    await change(bad, ADD)
    assert (await page(bad, offset=20))[0] == first[-1]


@pytest.mark.usefixtures("postgres_database")
async def test_bad_misses_a_product_when_one_is_removed(bad: ModuleType) -> None:
    await fill(bad)
    first = await page(bad)
    await change(bad, REMOVE)
    assert (await page(bad, offset=20))[0] == first[-1] - 2


@pytest.mark.usefixtures("postgres_database")
async def test_good_continues_where_the_page_before_ended(good: ModuleType) -> None:
    await fill(good)
    first = await page(good)
    for statement in (ADD, REMOVE):
        await change(good, statement)
        assert (await page(good, before=first[-1]))[0] == first[-1] - 1
