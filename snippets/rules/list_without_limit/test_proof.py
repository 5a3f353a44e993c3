"""Proof of list-without-limit."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient

pytestmark = pytest.mark.usefixtures("sqlite_database")


async def sizes_of_the_list(module: ModuleType) -> list[int]:
    """Return how many orders the list has while the table grows from 200 to 2,000."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    sizes = []
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        for more in (200, 1800):
            async with module.sessionmaker() as session:
                session.add_all(module.Order(user_id=1) for _ in range(more))
                await session.commit()
            sizes.append(len((await client.get("/orders")).json()))
    return sizes


async def test_bad_grows_with_the_table(bad: ModuleType) -> None:
    assert await sizes_of_the_list(bad) == [200, 2000]


async def test_good_stays_as_it_is(good: ModuleType) -> None:
    assert await sizes_of_the_list(good) == [20, 20]
