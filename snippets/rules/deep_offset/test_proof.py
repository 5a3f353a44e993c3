"""Proof of deep-offset."""

import time
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

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


async def seconds(module: ModuleType, **last: int) -> tuple[float, float]:
    """Return the shortest of thirty times for the first page, and for one of the last 20 products.

    They are taken in turn, so that what else the machine does slows down both.
    """
    best = [float("inf")] * 2
    for _ in range(30):
        for number, parameters in enumerate(({}, last)):
            started = time.perf_counter()
            assert len(await page(module, **parameters)) == 20
            best[number] = min(best[number], time.perf_counter() - started)
    return best[0], best[1]


@pytest.mark.usefixtures("postgres_database")
async def test_bad_is_slow_for_the_last_page(bad: ModuleType) -> None:
    await fill(bad)
    assert await page(bad, offset=ROWS - 20) == list(range(20, 0, -1))
    first, last = await seconds(bad, offset=ROWS - 20)
    assert last > 3 * first


@pytest.mark.usefixtures("postgres_database")
async def test_good_is_as_fast_for_the_last_page_as_for_the_first(good: ModuleType) -> None:
    await fill(good)
    assert await page(good, before=21) == list(range(20, 0, -1))
    first, last = await seconds(good, before=21)
    assert last < 2 * first


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
