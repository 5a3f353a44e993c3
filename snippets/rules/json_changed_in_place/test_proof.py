"""Proof of json-changed-in-place."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy.orm.attributes import flag_modified

pytestmark = pytest.mark.usefixtures("postgres_database")


async def set_and_read(module: ModuleType) -> tuple[object, object]:
    """Set an option by one request, and read by the next; return both answers."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add(module.Account(id=1, options={"theme": "light"}))
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test/accounts/1") as client:
        answer = await client.put("/options/theme", params={"value": "dark"})
        later = await client.get("/options")
    return answer.json(), later.json()


async def test_bad_answers_with_what_it_does_not_store(bad: ModuleType) -> None:
    assert await set_and_read(bad) == ({"theme": "dark"}, {"theme": "light"})


async def test_good_stores_it(good: ModuleType) -> None:
    assert await set_and_read(good) == ({"theme": "dark"}, {"theme": "dark"})


async def test_bad_loses_the_same_dictionary_assigned_again_as_well(bad: ModuleType) -> None:
    await set_and_read(bad)
    async with bad.sessionmaker.begin() as session:
        account = await session.get(bad.Account, 1)
        options = account.options
        options["theme"] = "blue"
        account.options = options
    async with bad.sessionmaker() as session:
        assert (await session.get(bad.Account, 1)).options == {"theme": "light"}


async def test_good_sees_its_own_level_alone(good: ModuleType) -> None:
    await set_and_read(good)
    for is_told, expected in ((False, []), (True, ["shop"])):
        async with good.sessionmaker.begin() as session:
            account = await session.get(good.Account, 1)
            account.options.setdefault("hidden", [])
        async with good.sessionmaker.begin() as session:
            account = await session.get(good.Account, 1)
            account.options["hidden"].append("shop")
            if is_told:
                flag_modified(account, "options")
        async with good.sessionmaker() as session:
            assert (await session.get(good.Account, 1)).options["hidden"] == expected
