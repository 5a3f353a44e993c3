"""Proof of token-without-expiry."""

from datetime import UTC, datetime
from types import ModuleType

import httpx
import jose.exceptions
import jose.jwt
import jwt
import pytest

SECRET = "a secret of more than thirty-two bytes"
IN_2020 = datetime(2020, 1, 1, tzinfo=UTC)
IN_2100 = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)


async def status(module: ModuleType, **claims: object) -> int:
    """Return what the app answers to a token of these claims."""
    headers = {"Authorization": f"Bearer {jwt.encode(claims, SECRET, 'HS256')}"}
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return (await client.get("/me", headers=headers)).status_code


async def test_bad_accepts_a_token_of_2020_that_never_expires(bad: ModuleType) -> None:
    assert await status(bad, sub="1", iat=IN_2020, exp=IN_2020) == 401
    assert await status(bad, sub="1", iat=IN_2020) == 200


async def test_bad_breaks_on_a_token_without_subject(bad: ModuleType) -> None:
    with pytest.raises(KeyError, match="sub"):
        await status(bad, exp=IN_2100)


async def test_good_refuses_a_token_without_expiry_or_subject(good: ModuleType) -> None:
    assert await status(good, sub="1", exp=IN_2100) == 200
    assert await status(good, sub="1", iat=IN_2020) == 401
    assert await status(good, exp=IN_2100) == 401


@pytest.mark.parametrize("missing", ["exp", "sub"])
async def test_good_has_a_counterpart_in_python_jose(good: ModuleType, missing: str) -> None:
    claims = {"sub": "1", "exp": IN_2100}
    del claims[missing]
    token = jwt.encode(claims, SECRET, "HS256")
    assert jose.jwt.decode(token, SECRET, ["HS256"]).keys() == claims.keys()
    required = {"require_exp": True, "require_sub": True}
    with pytest.raises(jose.exceptions.JWTError, match=f'missing required key "{missing}"'):
        jose.jwt.decode(token, SECRET, ["HS256"], options=required)
    assert await status(good, **claims) == 401
