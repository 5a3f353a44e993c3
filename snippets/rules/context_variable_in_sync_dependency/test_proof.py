"""Proof of context-variable-in-sync-dependency."""

from types import ModuleType

from httpx import ASGITransport, AsyncClient


async def tenant_seen(module: ModuleType) -> str:
    """Return the tenant that the endpoint sees in a request of "ann"."""
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        response = await client.get("/tenant", headers={"X-Tenant": "ann"})
    return str(response.json())


async def test_bad_sees_the_default(bad: ModuleType) -> None:
    assert await tenant_seen(bad) == "nobody"


async def test_good_sees_the_tenant(good: ModuleType) -> None:
    assert await tenant_seen(good) == "ann"
