"""Proof of token-algorithm-mismatch."""

from datetime import UTC, datetime
from types import ModuleType

import httpx
import jwt
import pytest
from jose import jwt as jose_jwt

KEY = "a key of at least sixty-four characters, which is long enough for HS512"
CLAIMS = {"sub": "guest", "exp": datetime(2100, 1, 1, tzinfo=UTC)}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_KEY", KEY)


def client_of(module: ModuleType) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(module.app), base_url="http://test")


async def status_with(module: ModuleType, token: str) -> int:
    async with client_of(module) as client:
        headers = {"Authorization": f"Bearer {token}"}
        return (await client.get("/me", headers=headers)).status_code


async def test_bad_fails_at_each_login(bad: ModuleType) -> None:
    for _ in range(2):
        async with client_of(bad) as client:
            with pytest.raises(TypeError, match="unhashable type: 'list'"):
                await client.post("/guests")


async def test_good_gives_a_token_that_works(good: ModuleType) -> None:
    async with client_of(good) as client:
        token = (await client.post("/guests")).json()
    assert await status_with(good, token) == 200


async def test_bad_fails_with_python_jose_too(bad: ModuleType) -> None:
    with pytest.raises(TypeError, match="unhashable type: 'list'"):
        jose_jwt.encode(CLAIMS, KEY, algorithm=bad.ALGORITHMS)
    with pytest.raises(TypeError, match="unhashable type: 'list'"):
        async with client_of(bad) as client:
            await client.post("/guests")


async def test_good_names_algorithms_or_pyjwt_refuses_each_token(good: ModuleType) -> None:
    async with client_of(good) as client:
        token = (await client.post("/guests")).json()
    with pytest.raises(jwt.InvalidTokenError, match="required that you pass in a value"):
        jwt.decode(token, KEY)
    assert jwt.decode(token, jwt.PyJWK({"kty": "oct", "k": _encoded(), "alg": "HS256"}))


async def test_good_lists_what_it_signs_with(good: ModuleType) -> None:
    assert await status_with(good, jwt.encode(CLAIMS, KEY, "HS512")) == 401
    async with client_of(good) as client:
        token = (await client.post("/guests")).json()
    assert await status_with(good, token) == 200


def _encoded() -> str:
    return jwt.utils.base64url_encode(KEY.encode()).decode()
