"""Proof of refresh-token-works-twice."""

from collections.abc import AsyncIterator
from datetime import timedelta
from types import ModuleType

import httpx
import pytest

pytestmark = pytest.mark.usefixtures("sqlite_database")
FIRST = "the id of the first token"


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", "a key of more than thirty-two bytes")


async def logged_in(module: ModuleType) -> str:
    """Return the refresh token that a login gave; where tokens are stored, store it."""
    if hasattr(module, "Issued"):
        async with module.engine.begin() as connection:
            await connection.run_sync(module.Base.metadata.create_all)
        async with module.sessionmaker.begin() as session:
            session.add(module.Issued(id=FIRST))
    token: str = module.signed("1", "refresh", timedelta(days=1), FIRST)
    return token


async def refreshing(module: ModuleType) -> AsyncIterator[httpx.Response]:
    """Use the token of the login twice, as a thief and its owner do; then the first new one."""
    token = await logged_in(module)
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        first = await client.post("/token/refresh", json={"token": token})
        yield first
        yield await client.post("/token/refresh", json={"token": token})
        new = first.json()["refresh_token"]
        yield await client.post("/token/refresh", json={"token": new})


async def test_bad_serves_thief_and_owner(bad: ModuleType) -> None:
    assert [answer.status_code async for answer in refreshing(bad)] == [200, 200, 200]


async def test_good_takes_a_token_once(good: ModuleType) -> None:
    assert [answer.status_code async for answer in refreshing(good)] == [200, 401, 200]
