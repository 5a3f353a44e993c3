"""Proof of table-as-body."""

from types import ModuleType

import httpx


async def create(module: ModuleType, hero: dict[str, object]) -> httpx.Response:
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post("/heroes", json=hero)


async def test_bad_takes_what_its_fields_forbid(bad: ModuleType) -> None:
    response = await create(bad, {"name": "x" * 101, "age": -3})
    assert (response.status_code, response.json()["age"]) == (200, -3)
    documented = bad.app.openapi()["components"]["schemas"]["Hero"]["properties"]
    assert documented["age"]["minimum"] == 0
    assert (await create(bad, {"age": "old"})).json()["age"] == "old"
    assert (await create(bad, {})).json()["age"] is None


async def test_bad_lets_the_client_choose_the_id(bad: ModuleType) -> None:
    assert (await create(bad, {"name": "Ada", "age": 3, "id": 7})).json()["id"] == 7


async def test_good_refuses_it(good: ModuleType) -> None:
    for hero in ({"name": "x" * 101, "age": 3}, {"name": "Ada", "age": -3}, {"name": "Ada"}):
        assert (await create(good, hero)).status_code == 422
    response = await create(good, {"name": "Ada", "age": 3, "id": 7})
    assert response.json() == {"id": None, "age": 3}
