"""Proof of head-refused."""

from types import ModuleType

from httpx import ASGITransport, AsyncClient, Response


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


async def test_good_answers(good: ModuleType) -> None:
    assert (await ask_for_the_head(good)).status_code == 200
