"""Proof of local-time-as-utc."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType

import httpx
import jose.jwt
import jwt
import pytest

SECRET = "a secret of more than thirty-two bytes"


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", SECRET)


@pytest.fixture(params=["EST5", "JST-9"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Let the process be five hours behind UTC, or nine before it."""
    monkeypatch.setenv("TZ", request.param)
    time.tzset()
    yield request.param
    monkeypatch.undo()
    time.tzset()


async def admitted(module: ModuleType) -> tuple[timedelta, int]:
    """Return for how long a token is valid, in whole hours, and the status that it gets."""
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        token = (await client.post("/guests")).json()["access_token"]
        answer = await client.get("/me", headers={"Authorization": f"Bearer {token}"})
    claims = jwt.decode(token, SECRET, ["HS256"], options={"verify_exp": False})
    left = datetime.fromtimestamp(claims["exp"], UTC) - datetime.now(UTC)
    return timedelta(hours=left // timedelta(hours=1)), answer.status_code


async def test_bad_is_off_by_the_offset_of_the_zone(bad: ModuleType, zone: str) -> None:
    expected = {"EST5": (timedelta(hours=-5), 401), "JST-9": (timedelta(hours=9), 200)}
    assert await admitted(bad) == expected[zone]


@pytest.mark.usefixtures("zone")
async def test_good_is_valid_for_less_than_an_hour(good: ModuleType) -> None:
    assert await admitted(good) == (timedelta(), 200)


async def test_bad_has_twins_in_python_jose_and_in_digits_called_utc(
    bad: ModuleType, zone: str
) -> None:
    now = datetime.now()  # noqa: DTZ005 - the mistake
    of_jose = jose.jwt.encode({"exp": now}, SECRET, "HS256")
    called_utc = jwt.encode({"exp": now.replace(tzinfo=UTC)}, SECRET, "HS256")
    offset = {"EST5": timedelta(hours=-5), "JST-9": timedelta(hours=9)}[zone]
    for token in (of_jose, called_utc):
        expires = jose.jwt.get_unverified_claims(token)["exp"]
        assert expires - int(now.timestamp()) == offset.total_seconds()
    assert (await admitted(bad))[0] == offset
