"""Proof of cors-not-outermost."""

from types import ModuleType

from httpx import ASGITransport, AsyncClient, Response

ORIGIN = "https://shop.example"
PREFLIGHT = {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "X-API-Key"}


async def answer(module: ModuleType, method: str, headers: dict[str, str]) -> Response:
    """Send what a browser sends for a page of another origin."""
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, "/orders", headers={"Origin": ORIGIN} | headers)


async def test_bad_refuses_the_preflight(bad: ModuleType) -> None:
    response = await answer(bad, "OPTIONS", PREFLIGHT)
    assert response.status_code == 401
    assert "access-control-allow-origin" not in response.headers


async def test_bad_hides_its_401_from_the_browser(bad: ModuleType) -> None:
    response = await answer(bad, "GET", {})
    assert response.status_code == 401
    assert "access-control-allow-origin" not in response.headers


async def test_good_answers_the_preflight(good: ModuleType) -> None:
    response = await answer(good, "OPTIONS", PREFLIGHT)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == ORIGIN


async def test_good_shows_its_401_to_the_browser(good: ModuleType) -> None:
    response = await answer(good, "GET", {})
    assert response.status_code == 401
    assert response.headers["access-control-allow-origin"] == ORIGIN
