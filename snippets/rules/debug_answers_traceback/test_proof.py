"""Proof of debug-answers-traceback."""

from types import ModuleType

import httpx


async def ask(module: ModuleType, accept: str) -> httpx.Response:
    """Return the answer to a request that fails."""
    transport = httpx.ASGITransport(module.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/ratio?whole=0", headers={"Accept": accept})


async def test_bad_answers_with_the_traceback(bad: ModuleType) -> None:
    response = await ask(bad, "application/json")
    assert response.status_code == 500
    assert "Traceback" in response.text
    assert str(bad.__file__) in response.text


async def test_bad_shows_a_browser_the_source(bad: ModuleType) -> None:
    response = await ask(bad, "text/html")
    assert "return" in response.text
    assert "whole" in response.text


async def test_good_answers_by_its_handler(good: ModuleType) -> None:
    response = await ask(good, "text/html")
    assert response.json() == {"detail": "Internal error"}
