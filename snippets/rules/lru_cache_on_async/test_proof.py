"""Proof of lru-cache-on-async."""

from functools import cached_property
from types import ModuleType

import httpx

from tests.support.outcomes import outcome

REUSED = "cannot reuse already awaited coroutine"


async def ask_twice(module: ModuleType, path: str = "/shop") -> list[int | str]:
    """Return what comes of two requests."""
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return [await outcome(client.get(path)) for _ in range(2)]


async def test_bad_answers_the_first_request_alone(bad: ModuleType) -> None:
    assert await ask_twice(bad) == [200, REUSED]


async def test_bad_has_a_twin_in_cached_property(bad: ModuleType) -> None:
    class Shop:
        @cached_property
        async def settings(self) -> object:
            return bad.Settings()

    shop = Shop()

    @bad.app.get("/twin")
    async def read_twin() -> object:
        return await shop.settings

    assert await ask_twice(bad, "/twin") == [200, REUSED]
    assert await ask_twice(bad) == [200, REUSED]


async def test_good_answers_each(good: ModuleType) -> None:
    assert await ask_twice(good) == [200, 200]
