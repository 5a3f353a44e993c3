"""Proof of start-error-swallowed."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient

from snippets.rules.conftest import free_port


async def count_orders(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """Start the service where no database listens, and ask it."""
    monkeypatch.setenv("DATABASE_DSN", f"postgresql://app@127.0.0.1:{free_port()}/app")
    async with (
        module.app.router.lifespan_context(module.app),
        AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client,
    ):
        await client.get("/orders/count")


async def test_bad_starts_and_fails_at_each_request(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(AttributeError, match="no attribute 'pool'"):
        await count_orders(bad, monkeypatch)


async def test_good_does_not_start(good: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConnectionRefusedError):
        await count_orders(good, monkeypatch)
