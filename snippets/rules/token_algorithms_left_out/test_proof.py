"""Proof of token-algorithms-left-out."""

import base64
from datetime import UTC, datetime
from types import ModuleType

import ecdsa
import httpx
import jwt as pyjwt
import pytest
from jose import JWTError, jwt
from jose.exceptions import JWKError

PRIVATE_KEY = ecdsa.SigningKey.generate(ecdsa.NIST256p)
PUBLIC_KEY = base64.b64encode(PRIVATE_KEY.verifying_key.to_der()).decode()
PEM = PRIVATE_KEY.verifying_key.to_pem().decode()
CLAIMS = {"sub": "admin", "exp": datetime(2100, 1, 1, tzinfo=UTC)}


def genuine() -> str:
    return jwt.encode(CLAIMS, PRIVATE_KEY.to_pem().decode(), "ES256")


def forged() -> str:
    """Return a token that takes nothing but the public key."""
    return jwt.encode(CLAIMS, PUBLIC_KEY, "HS256")


@pytest.fixture(autouse=True)
def public_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_PUBLIC_KEY", PUBLIC_KEY)


async def get_me(module: ModuleType, token: str) -> httpx.Response:
    transport = httpx.ASGITransport(module.app)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.get("/me", headers=headers)


async def test_bad_accepts_a_token_signed_with_the_public_key(bad: ModuleType) -> None:
    assert (await get_me(bad, genuine())).json() == "admin"
    assert (await get_me(bad, forged())).json() == "admin"


async def test_bad_with_a_pem_key_raises_what_the_handler_does_not_catch(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JWT_PUBLIC_KEY", PEM)
    assert (await get_me(bad, genuine())).json() == "admin"
    with pytest.raises(JWKError, match="should not be used as an HMAC secret"):
        await get_me(bad, forged())


async def test_good_refuses_what_the_private_key_did_not_sign(good: ModuleType) -> None:
    assert (await get_me(good, genuine())).json() == "admin"
    assert (await get_me(good, forged())).status_code == 401


async def test_good_lists_one_kind_as_two_are_no_better_than_none(good: ModuleType) -> None:
    assert jwt.decode(forged(), PUBLIC_KEY, ["ES256", "HS256"])["sub"] == "admin"
    assert (await get_me(good, forged())).status_code == 401


async def test_good_states_what_pyjwt_makes_compulsory(good: ModuleType) -> None:
    token = pyjwt.encode(CLAIMS, PUBLIC_KEY, "HS256")
    with pytest.raises(pyjwt.DecodeError, match='required that you pass in a value for the "alg'):
        pyjwt.decode(token, PUBLIC_KEY)
    with pytest.raises(JWTError, match="alg value is not allowed"):
        jwt.decode(token, PUBLIC_KEY, ["ES256"])
    assert (await get_me(good, token)).status_code == 401
