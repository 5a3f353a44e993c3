"""Members log in with their password and are known by their token, and by no other one.

A login stops no other request, and tells nothing of who is a member.
"""

import asyncio
import functools
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import argon2
import jwt
import pytest
from httpx import AsyncClient, Response
from pwdlib.hashers.argon2 import Argon2Hasher

from evals.tools import check_passed, own_tests, served

# As the service hashes, but in less than a millisecond; its own tests, too.
Argon2Hasher.__init__ = functools.partialmethod(  # type: ignore[method-assign,assignment]
    Argon2Hasher.__init__, time_cost=1, memory_cost=8, parallelism=1
)

SECRET = "the secret of this service and its gateway"
ADA = {"email": "ada@example.com", "password": "correct horse"}


@pytest.fixture
async def client(sqlite_url: str) -> AsyncIterator[AsyncClient]:
    """A client of the service, which Ada has joined."""
    async with served(DATABASE_URL=sqlite_url, APP_SECRET=SECRET) as client:
        response = await client.post("/members", json=ADA)
        assert response.status_code == 201, f"POST /members answers {response.status_code}"
        yield client


async def log_in(client: AsyncClient, email: str, password: str) -> Response:
    form = {"username": email, "password": password}
    return await client.post("/token", data=form)


async def token_of_ada(client: AsyncClient) -> str:
    response = await log_in(client, ADA["email"], ADA["password"])
    assert response.status_code == 200, f"POST /token answers {response.status_code}"
    token: str = response.json()["access_token"]
    return token


async def me(client: AsyncClient, token: str) -> Response:
    return await client.get("/me", headers={"Authorization": f"Bearer {token}"})


async def test_login(client: AsyncClient) -> None:
    """The right password gives a token, and the token the member, without the hash."""
    response = await log_in(client, ADA["email"], ADA["password"])
    assert response.status_code == 200, f"POST /token answers {response.status_code}"
    assert response.json()["token_type"].lower() == "bearer"
    answered = await me(client, response.json()["access_token"])
    assert answered.status_code == 200, f"GET /me answers {answered.status_code}"
    assert answered.json() == {"id": 1, "email": ADA["email"]}, f"GET /me tells {answered.text}"


async def test_claims(client: AsyncClient) -> None:
    """The gateway can read the token: signed with HS256, the id as `sub`, good for 30 minutes."""
    token = await token_of_ada(client)
    claims = jwt.decode(token, SECRET, ["HS256"], options={"require": ["exp", "sub"]})
    minutes = (claims["exp"] - time.time()) / 60
    assert claims["sub"] == "1", f"`sub` is {claims['sub']!r}"
    assert 28 < minutes < 31, f"it is good for {minutes:.0f} minutes"


async def test_refused(client: AsyncClient) -> None:
    """A wrong password and an unknown address are a 401, and look the same."""
    wrong = await log_in(client, ADA["email"], "wrong horse")
    unknown = await log_in(client, "bo@example.com", "wrong horse")
    codes = [wrong.status_code, unknown.status_code]
    assert codes == [401, 401], f"they answer {codes}"
    assert wrong.text == unknown.text, "the answer tells who is a member"


async def test_other_tokens(client: AsyncClient) -> None:
    """Every other token is a 401: forged, unsigned, expired, endless, of nobody."""
    await token_of_ada(client)
    now = int(time.time())
    sound = {"sub": "1", "exp": now + 600, "iat": now}
    good = await me(client, jwt.encode(sound, SECRET, "HS256"))
    assert good.status_code == 200, f"a token of the gateway's answers {good.status_code}"
    tokens = {
        "no token": "",
        "garbage": "garbage",
        "of another secret": jwt.encode(sound, "another secret, long enough for it", "HS256"),
        "unsigned": jwt.encode(sound, None, "none"),
        "expired": jwt.encode(sound | {"exp": now - 600}, SECRET, "HS256"),
        "without exp": jwt.encode({"sub": "1"}, SECRET, "HS256"),
        "without sub": jwt.encode({"exp": now + 600}, SECRET, "HS256"),
        "of a word": jwt.encode(sound | {"sub": "ada"}, SECRET, "HS256"),
        "of nobody": jwt.encode(sound | {"sub": "99"}, SECRET, "HS256"),
        "of a huge number": jwt.encode(sound | {"sub": str(2**63)}, SECRET, "HS256"),
    }
    codes = {what: (await me(client, token)).status_code for what, token in tokens.items()}
    wrong = {what: code for what, code in codes.items() if code not in (401, 403)}
    assert not wrong, f"a token {wrong}"


async def work(client: AsyncClient, email: str, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Log in; say of each hash that was made or compared whether an event loop had to wait."""
    waited: list[bool] = []

    def noted(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            try:
                asyncio.get_running_loop()
            except RuntimeError:
                waited.append(False)
            else:
                waited.append(True)
            return real(*args, **kwargs)

        return call

    for name in ("hash", "verify"):
        monkeypatch.setattr(
            argon2.PasswordHasher, name, noted(getattr(argon2.PasswordHasher, name))
        )
    response = await log_in(client, email, "wrong horse")
    assert response.status_code == 401, f"POST /token answers {response.status_code}"
    return waited


async def test_loop_is_free(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """The password is compared in a thread, not on the event loop."""
    waited = await work(client, ADA["email"], monkeypatch)
    assert waited, "no hash is compared"
    waited += await work(client, "bo@example.com", monkeypatch)
    assert not any(waited), "the event loop waits for the hash"


async def test_same_work(client: AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """An unknown address takes as long as a wrong password: a hash is compared there, too."""
    waited = await work(client, "bo@example.com", monkeypatch)
    assert waited, "an unknown address is refused at once, which tells who is a member"


async def test_no_default_secret(sqlite_url: str) -> None:
    """Without `APP_SECRET` nobody gets a token: a default that all can read would sign it."""
    os.environ.pop("APP_SECRET", None)
    try:
        async with served(DATABASE_URL=sqlite_url) as client:
            await client.post("/members", json=ADA)
            code = (await log_in(client, ADA["email"], ADA["password"])).status_code
    except (Exception, SystemExit):  # noqa: BLE001 -- it does not start, as it should
        return
    assert code != 200, "there is a default"


async def test_no_echo(client: AsyncClient) -> None:
    """A login that is refused for its form does not repeat the password."""
    response = await client.post("/token", data={"password": "my secret horse"})
    assert response.status_code in (400, 401, 422), f"it answers {response.status_code}"
    assert "secret horse" not in response.text, "the answer repeats the password"


def test_own_tests(answer: Path, start: Path, tmp_path: Path) -> None:
    """There are tests of the login: they pass, and fail where there is none."""
    os.environ.pop("APP_SECRET", None)
    check_passed(own_tests(answer))
    shutil.copytree(start, tmp_path, dirs_exist_ok=True)
    if (answer / "tests").is_dir():
        shutil.copytree(answer / "tests", tmp_path / "tests", dirs_exist_ok=True)
    results = own_tests(tmp_path)
    assert results.error or set(results.reasons) - results.passed, "no test logs in"
