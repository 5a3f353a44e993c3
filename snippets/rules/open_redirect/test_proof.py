"""Proof of open-redirect."""

from types import ModuleType
from urllib.parse import urljoin

import httpx
import pytest

ELSEWHERE = ["https://evil.example/login", "//evil.example/login", "/\\evil.example/login"]


async def end(module: ModuleType, next_page: str) -> str:
    """Return where a browser lands; it takes a backslash for a slash."""
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://shop.example") as client:
        response = await client.post(
            "/login", params={"next_page": next_page}, data={"name": "ada"}
        )
    location = response.headers["location"].replace("%5C", "\\").replace("\\", "/")
    return urljoin("https://shop.example/login", location)


@pytest.mark.parametrize("elsewhere", ELSEWHERE[:2])
async def test_bad_leads_to_another_site(bad: ModuleType, elsewhere: str) -> None:
    assert await end(bad, elsewhere) == "https://evil.example/login"


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
async def test_good_stays_here(good: ModuleType, elsewhere: str) -> None:
    assert await end(good, "/orders") == "https://shop.example/orders"
    assert await end(good, elsewhere) == "https://shop.example/"
