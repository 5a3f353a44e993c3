"""Proof of forbidden-before-missing."""

from types import ModuleType

import httpx
import pytest


async def statuses(module: ModuleType, *paths: str) -> list[int]:
    """Return what user 2 is answered; users 1 and 2 and invoice 1, of user 1, exist."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add_all([module.User(id=1, name="Ada"), module.User(id=2, name="Eve")])
        await session.flush()
        session.add_all(
            [
                module.Invoice(id=1, user_id=1, amount=5),
                module.Invoice(id=2, user_id=2, amount=7),
            ]
        )
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers={"X-User-Id": "2"}
    ) as client:
        return [(await client.get(path)).status_code for path in paths]


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_tells_a_stranger_which_ids_exist(bad: ModuleType) -> None:
    assert await statuses(bad, "/users/1", "/users/99") == [403, 404]


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_tells_a_stranger_which_invoices_exist(bad: ModuleType) -> None:
    assert await statuses(bad, "/invoices/1", "/invoices/99") == [403, 404]


@pytest.mark.usefixtures("sqlite_database")
async def test_good_refuses_before_it_looks(good: ModuleType) -> None:
    assert await statuses(good, "/users/1", "/users/99", "/users/2") == [403, 403, 200]


@pytest.mark.usefixtures("sqlite_database")
async def test_good_treats_the_row_of_another_as_missing(good: ModuleType) -> None:
    paths = ("/invoices/1", "/invoices/99", "/invoices/2")
    assert await statuses(good, *paths) == [404, 404, 200]
