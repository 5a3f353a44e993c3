"""Proof of token-url-absolute."""

from types import ModuleType
from urllib.parse import urljoin

from httpx import ASGITransport, AsyncClient, Response


async def log_in_as_documented(module: ModuleType) -> Response:
    """Log in where the OpenAPI document says to."""
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        document = (await client.get("/shop/openapi.json")).json()
        (scheme,) = document["components"]["securitySchemes"].values()
        server = document["servers"][0]["url"]
        assert server == "/shop"
        url = urljoin(f"{server}/", scheme["flows"]["password"]["tokenUrl"])
        return await client.post(url, data={"username": "ann", "password": "secret"})


async def test_bad_logs_in_beside_the_application(bad: ModuleType) -> None:
    assert (await log_in_as_documented(bad)).status_code == 404


async def test_good_logs_in(good: ModuleType) -> None:
    assert (await log_in_as_documented(good)).json()["access_token"] == "ann"
