"""Proof of webhook-not-verified."""

import hashlib
import hmac
from types import ModuleType

import httpx
import pytest
from sqlalchemy import select

pytestmark = pytest.mark.usefixtures("sqlite_database")
BODY = b'{"order_id": 7}'


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """What the provider and the service alone know."""
    monkeypatch.setenv("APP_WEBHOOK_SECRET", "known to the provider")
    return b"known to the provider"


async def posted(module: ModuleType, signature: str) -> tuple[int, bool]:
    """Tell the service that its order is paid; return the status, and whether it believes so."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        await session.merge(module.Order(id=7, is_paid=False))
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {"X-Signature": signature, "Content-Type": "application/json"}
        answer = await client.post("/webhooks/payments", content=BODY, headers=headers)
    async with module.sessionmaker() as session:
        return answer.status_code, await session.scalar(select(module.Order.is_paid))


def signed(key: bytes) -> str:
    return hmac.new(key, BODY, hashlib.sha256).hexdigest()


async def test_bad_is_paid_by_anybody(bad: ModuleType) -> None:
    assert await posted(bad, "") == (204, True)


async def test_good_believes_the_provider_alone(good: ModuleType, key: bytes) -> None:
    for signature in ("", signed(b"a guess"), signed(key)[:-1]):
        assert await posted(good, signature) == (401, False)
    assert await posted(good, signed(key)) == (204, True)
