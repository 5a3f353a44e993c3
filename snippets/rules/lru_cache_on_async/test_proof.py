"""Proof of lru-cache-on-async."""

from types import ModuleType

import httpx


async def two_statuses(module: ModuleType) -> list[int]:
    """Ask twice; return the statuses."""
    transport = httpx.ASGITransport(module.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return [(await client.get("/shop")).status_code for _ in range(2)]


async def test_bad_answers_the_first_request_alone(bad: ModuleType) -> None:
    assert await two_statuses(bad) == [200, 500]


async def test_good_answers_each(good: ModuleType) -> None:
    assert await two_statuses(good) == [200, 200]
