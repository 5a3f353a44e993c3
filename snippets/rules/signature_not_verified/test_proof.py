"""Proof of signature-not-verified."""

from datetime import UTC, datetime, timedelta
from types import ModuleType

import httpx
import jose.exceptions
import jose.jwt
import jwt
import pytest

SECRET = "a secret of more than thirty-two bytes"
IN_2020 = datetime(2020, 1, 1, tzinfo=UTC)
IN_2100 = datetime(2100, 1, 1, tzinfo=UTC)
FORGED = jwt.encode({"sub": "1", "exp": IN_2100}, "a stranger's key, as long as that one", "HS256")
EXPIRED = jwt.encode({"sub": "1", "exp": IN_2020}, SECRET, "HS256")
UNSIGNED = jwt.encode({"sub": "1", "exp": IN_2100}, None, "none")


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)


async def status(module: ModuleType, token: str) -> int:
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get("/me", headers={"authorization": f"Bearer {token}"})
    return response.status_code


async def test_bad_lets_a_stranger_in_as_whom_he_likes(bad: ModuleType) -> None:
    assert await status(bad, FORGED) == 200
    assert await status(bad, UNSIGNED) == 200


async def test_bad_forgets_the_expiry_too(bad: ModuleType) -> None:
    assert await status(bad, EXPIRED) == 200


async def test_good_refuses_all_three(good: ModuleType) -> None:
    assert await status(good, FORGED) == 401
    assert await status(good, UNSIGNED) == 401
    assert await status(good, EXPIRED) == 401
    valid = jwt.encode({"sub": "1", "exp": IN_2100}, SECRET, "HS256")
    assert await status(good, valid) == 200


async def test_good_has_no_leeway_of_years(good: ModuleType) -> None:
    late = jwt.decode(EXPIRED, SECRET, algorithms=["HS256"], leeway=timedelta(days=36500))
    assert late["sub"] == "1"
    assert await status(good, EXPIRED) == 401


async def test_good_in_python_jose_is_decode_without_options(good: ModuleType) -> None:
    assert jose.jwt.get_unverified_claims(FORGED)["sub"] == "1"
    off = {"verify_signature": False}
    assert jose.jwt.decode(FORGED, SECRET, ["HS256"], options=off)["sub"] == "1"
    with pytest.raises(jose.exceptions.JWTError):
        jose.jwt.decode(FORGED, SECRET, ["HS256"])
    assert await status(good, FORGED) == 401


async def test_good_needs_no_word_about_none(good: ModuleType) -> None:
    for key in (SECRET, ""):
        with pytest.raises(jwt.PyJWTError):
            jwt.decode(UNSIGNED, key, algorithms=["HS256", "none"])
        with pytest.raises(jose.exceptions.JOSEError):
            jose.jwt.decode(UNSIGNED, key, ["HS256", "none"])
    assert await status(good, UNSIGNED) == 401
