"""Proof of context-variable-in-sync-dependency."""

from collections.abc import Iterator
from types import ModuleType
from typing import Annotated

import pytest
from fastapi import Depends, Header
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


async def test_bad_with_yield_cannot_even_reset_it(bad: ModuleType) -> None:
    def lend_tenant(x_tenant: Annotated[str, Header()]) -> Iterator[None]:
        token = bad.tenant.set(x_tenant)
        yield
        bad.tenant.reset(token)

    bad.app.get("/lent", dependencies=[Depends(lend_tenant)])(bad.read_tenant)
    async with AsyncClient(transport=ASGITransport(bad.app), base_url="http://test") as client:
        with pytest.raises(ValueError, match="was created in a different Context"):
            await client.get("/lent", headers={"X-Tenant": "ann"})
    assert await tenant_seen(bad) == "nobody"
