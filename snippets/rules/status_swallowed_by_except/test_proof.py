"""Proof of status-swallowed-by-except."""

from types import ModuleType

import httpx
from fastapi import HTTPException


async def ask(module: ModuleType, method: str) -> httpx.Response:
    """Return the answer for a product that does not exist."""
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, "/products/7")


async def test_bad_makes_the_404_a_500(bad: ModuleType) -> None:
    response = await ask(bad, "GET")
    assert response.status_code == 500
    assert response.json() == {"detail": "product not read"}
    assert issubclass(HTTPException, Exception)


async def test_bad_makes_the_404_a_200(bad: ModuleType) -> None:
    response = await ask(bad, "DELETE")
    assert response.status_code == 200
    assert response.json() == {"deleted": False, "error": "product not deleted"}


async def test_good_reraises_it(good: ModuleType) -> None:
    response = await ask(good, "GET")
    assert (response.status_code, response.json()) == (404, {"detail": "No such product"})


async def test_good_raises_it_after_the_try(good: ModuleType) -> None:
    response = await ask(good, "DELETE")
    assert (response.status_code, response.json()) == (404, {"detail": "No such product"})
