"""Proof of path-after-parameter."""

from types import ModuleType

import httpx


async def get_me(module: ModuleType) -> httpx.Response:
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/users/me")


async def test_bad_takes_me_for_an_id(bad: ModuleType) -> None:
    response = await get_me(bad)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"] == ["path", "user_id"]


async def test_good_returns_the_caller(good: ModuleType) -> None:
    response = await get_me(good)
    assert response.json() == {"id": 1}
