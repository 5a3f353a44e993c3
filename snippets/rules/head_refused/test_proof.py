"""Proof of head-refused."""

from types import ModuleType

from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route


async def ask_for_the_head(module: ModuleType) -> Response:
    """Ask the health check with HEAD; it answers GET, and is documented once."""
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        document = (await client.get("/openapi.json")).json()
        assert list(document["paths"]["/healthz"]) == ["get"]
        return await client.head("/healthz")


async def test_bad_refuses(bad: ModuleType) -> None:
    response = await ask_for_the_head(bad)
    assert (response.status_code, response.headers["allow"]) == (405, "GET")
    plain = Starlette(routes=[Route("/healthz", lambda _request: JSONResponse({}))])
    async with AsyncClient(transport=ASGITransport(plain), base_url="http://test") as client:
        assert (await client.head("/healthz")).status_code == 200


async def test_good_answers(good: ModuleType) -> None:
    assert (await ask_for_the_head(good)).status_code == 200
