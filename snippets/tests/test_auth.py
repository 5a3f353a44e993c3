"""Login and tokens."""

import asyncio
import base64
import hmac
import json
import os
import threading
import time
from decimal import Decimal
from types import ModuleType
from typing import Any, Literal
from unicodedata import normalize
from urllib.parse import urljoin

import pytest
from anyio import CapacityLimiter
from argon2 import PasswordHasher
from httpx import AsyncClient
from sqlalchemy import delete, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker

from app.core import security as security_module
from app.core.config import get_settings
from app.core.errors import NotAuthenticatedError, TooBusyError
from app.main import app
from app.models import Product, User
from app.services import auth
from clients import ADA, client_on, headers_of, sign_up
from patience import patient

SECRET = "a secret for tests, of 32 characters or more"


@pytest.fixture
def security() -> ModuleType:
    """What this file tests."""
    return security_module


@pytest.mark.parametrize(
    "password", ["correct horse", "\N{PILE OF POO}" * 128, "\0" * 8, "密码密码密码密码"]
)
def test_a_hash_fits_its_password_and_no_other(security: ModuleType, password: str) -> None:
    password_hash = security.hash_password(password)
    assert password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert security.verify_password(password, password_hash)
    assert not security.verify_password(password[:-1] + "x", password_hash)


@pytest.mark.parametrize(("set_as", "typed_as"), [("NFC", "NFD"), ("NFD", "NFC")])
def test_a_password_is_the_same_from_keyboards_that_compose_letters_differently(
    security: ModuleType, set_as: Literal["NFC", "NFD"], typed_as: Literal["NFC", "NFD"]
) -> None:
    password_hash = security.hash_password(normalize(set_as, "Zoë café"))
    assert security.verify_password(normalize(typed_as, "Zoë café"), password_hash)


def test_a_hash_of_another_form_fits_no_more(security: ModuleType) -> None:
    """As of a service that took what it was sent."""
    password = normalize("NFD", "Zoë café")
    older = PasswordHasher().hash(password)
    assert not security.verify_password(password, older)


@pytest.mark.parametrize("of_another_kind", ["", "!", f"$2b$12${'x' * 53}"])
def test_a_hash_of_another_kind_fits_no_password(
    security: ModuleType, of_another_kind: str
) -> None:
    """Such as accounts have that log in elsewhere: no 500, and as slow as any other."""
    assert not security.verify_password("correct horse", of_another_kind)


def test_a_token_names_its_user(security: ModuleType) -> None:
    assert security.decode_access_token(security.create_access_token(7)).user_id == 7


def test_tokens_of_one_second_differ(security: ModuleType) -> None:
    tokens = {security.create_access_token(7) for _ in range(20)}
    assert len(tokens) == 20


def parts(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the header and the claims of a token."""
    header, claims = (
        json.loads(base64.urlsafe_b64decode(f"{part}==")) for part in token.split(".")[:2]
    )
    return header, claims


def test_a_token_holds_the_id_as_a_string_and_expires_after_the_set_minutes(
    security: ModuleType,
) -> None:
    header, claims = parts(security.create_access_token(7))
    assert header["alg"] == "HS256"
    assert claims["sub"] == "7"
    assert claims["exp"] - time.time() == pytest.approx(30 * 60, abs=5)


def base64url(value: Any) -> str:
    """Encode a part of a token; JSON where it is no string."""
    text = value if isinstance(value, str) else json.dumps(value)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def forged(key: str = SECRET, algorithm: str = "HS256", **claims: Any) -> str:
    """Sign these claims by hand, so that a library's own checks are not in the way.

    A claim that is None is left out.
    """
    claims = {"sub": "1", "exp": int(time.time()) + 60} | claims
    kept = {name: value for name, value in claims.items() if value is not None}
    signed = f"{base64url({'alg': algorithm, 'typ': 'JWT'})}.{base64url(kept)}"
    digests = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
    if algorithm not in digests:
        return f"{signed}."
    signature = hmac.digest(key.encode(), signed.encode(), digests[algorithm])
    return f"{signed}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"


BAD_TOKENS = {
    "empty": "",
    "no dots": "garbage",
    "dots only": "..",
    "not ASCII": "é.é.é",
    "nested header": f"{base64url('[' * 40_000)}.e30.e30",
    "wrong key": forged(key="another secret of 32 characters!!!"),
    "alg none": forged(algorithm="none"),
    "HS384": forged(algorithm="HS384"),
    "HS512": forged(algorithm="HS512"),
    "RS256": forged(algorithm="RS256"),
    "expired": forged(exp=int(time.time()) - 1),
    "no exp": forged(exp=None),
    "exp is text": forged(exp="soon"),
    "exp is infinite": forged(exp=float("inf")),
    "exp is a list": forged(exp=[1]),
    "no sub": forged(sub=None),
    "sub is a number": forged(sub=1),
    "sub is a list": forged(sub=["1"]),
    "sub is a name": forged(sub="ada"),
    "sub is empty": forged(sub=""),
    "sub is negative": forged(sub="-1"),
    "sub is zero": forged(sub="0"),
    "sub is over the column": forged(sub="2147483648"),
    "sub is huge": forged(sub="9" * 5_000),
    "unknown user": forged(sub="999999"),
    "not yet valid": forged(nbf=int(time.time()) + 60),
    "issued at nonsense": forged(iat="never"),
    "audience": forged(aud="somebody else"),
}


@pytest.mark.parametrize("token", BAD_TOKENS.values(), ids=BAD_TOKENS.keys())
async def test_every_bad_token_answers_401_with_the_challenge(
    client: AsyncClient, token: str
) -> None:
    await sign_up(client)
    header = {b"Authorization": f"Bearer {token}".encode()}
    response = await client.get("/api/v1/users/1", headers=header)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json().keys() == {"error"}


@pytest.mark.parametrize("header", [None, "", "Bearer", "Basic YTpi", "Token x", "\u0130"])
async def test_no_token_answers_401_with_the_challenge(
    client: AsyncClient, header: str | None
) -> None:
    headers = {} if header is None else {b"Authorization": header.encode()}
    response = await client.get("/api/v1/users/1", headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_the_right_password_answers_a_bearer_token(client: AsyncClient) -> None:
    ada = await sign_up(client)
    form = {"username": "ADA@example.com", "password": ADA["password"]}
    response = await client.post("/api/v1/auth/login", data=form)
    assert response.status_code == 200
    assert response.json().keys() == {"access_token", "token_type"}
    assert response.json()["token_type"] == "bearer"
    assert response.headers["Cache-Control"] == "no-store"
    headers = {"Authorization": f"Bearer {response.json()['access_token']}"}
    assert (await client.get(f"/api/v1/users/{ada['id']}", headers=headers)).json() == ada


@pytest.mark.parametrize(
    ("username", "password"),
    [
        (ADA["email"], "wrong horse"),
        (ADA["email"], "x"),
        (ADA["email"], "x" * 100_000),
        (ADA["email"], "\0" * 8),
        ("nobody@example.com", ADA["password"]),
        ("nobody", ADA["password"]),
        ("nobody\0@example.com", ADA["password"]),
    ],
)
async def test_a_wrong_login_answers_401_and_not_what_was_wrong(
    client: AsyncClient, username: str, password: str
) -> None:
    await sign_up(client)
    form = {"username": username, "password": password}
    response = await client.post("/api/v1/auth/login", data=form)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json() == {"error": "Invalid credentials"}


async def test_a_password_in_an_odd_encoding_answers_401(client: AsyncClient) -> None:
    """python-multipart decodes with the charset of the request: this one makes a lone surrogate."""
    await sign_up(client)
    response = await client.post(
        "/api/v1/auth/login",
        headers={"Content-Type": "multipart/form-data; boundary=b; charset=unicode_escape"},
        content=b"--b\r\n"
        b'Content-Disposition: form-data; name="username"\r\n\r\nada@example.com\r\n--b\r\n'
        b'Content-Disposition: form-data; name="password"\r\n\r\n\\ud800 alone\r\n--b--\r\n',
    )
    assert response.status_code == 401


def test_swagger_logs_in_below_the_path_of_a_proxy() -> None:
    flows = app.openapi()["components"]["securitySchemes"]["OAuth2PasswordBearer"]["flows"]
    address = urljoin("https://shop.example/shop/", flows["password"]["tokenUrl"])
    assert address == "https://shop.example/shop/api/v1/auth/login"


async def test_an_unknown_account_is_verified_as_a_known_one(
    client: AsyncClient, security: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it, the time of the answer lists the accounts. Counted, not timed."""
    await sign_up(client)
    hashes = []
    verify = security.verify_password

    def count(password: str, password_hash: str) -> bool:
        hashes.append(password_hash)
        result: bool = verify(password, password_hash)
        return result

    monkeypatch.setattr(security, "verify_password", count)
    for email in (ADA["email"], "nobody@example.com"):
        await client.post("/api/v1/auth/login", data={"username": email, "password": "wrong"})
    known, unknown = hashes
    assert known.rsplit("$", 2)[0] == unknown.rsplit("$", 2)[0] == "$argon2id$v=19$m=19456,t=2,p=1"


@pytest.mark.parametrize("password", [ADA["password"], "wrong horse"])
async def test_a_login_leaves_its_callers_session_alone(
    client: AsyncClient, connection: AsyncConnection, password: str
) -> None:
    """What the caller has not flushed is not lost, and what it has loaded stays its own."""
    ada = await sign_up(client)
    sessionmaker = async_sessionmaker(connection, join_transaction_mode="create_savepoint")
    async with sessionmaker() as session:
        user = await session.get_one(User, ada["id"])
        user.full_name = "Ada Lovelace"
        session.add(lamp := Product(name="Lamp", price=Decimal(1), owner=user))
        try:
            await auth.log_in(sessionmaker, ADA["email"], password)
        except NotAuthenticatedError:
            assert password != ADA["password"]
        assert lamp in session.new
        await session.commit()
    headers = await headers_of(client)
    account = (await client.get(f"/api/v1/users/{ada['id']}", headers=headers)).json()
    assert account["full_name"] == "Ada Lovelace"
    [product] = (await client.get("/api/v1/products")).json()
    assert product["owner"]["id"] == ada["id"]


async def test_a_login_holds_no_connection_while_it_hashes(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is one connection: a read in the middle of a login would wait for it in vain."""
    read: list[int] = []
    async with client_on(own_database_url, monkeypatch, APP_DATABASE_POOL_SIZE="1") as client:
        await sign_up(client)
        verify = auth.verify_password

        async def verify_and_read(password: str, password_hash: str) -> bool:
            read.append((await client.get("/api/v1/products")).status_code)
            return await verify(password, password_hash)

        monkeypatch.setattr(auth, "verify_password", verify_and_read)
        await headers_of(client)
    assert read == [200]


async def test_a_flood_of_logins_is_refused_beyond_a_queue_and_stops_nobody_else(
    committing_client: AsyncClient, security: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = threading.Event()
    monkeypatch.setattr(security, "verify_password", lambda *_: not release.wait(patient(60)))
    monkeypatch.setattr(auth, "_queue", CapacityLimiter(4))
    form = {"username": ADA["email"], "password": "wrong horse"}
    logins = {
        asyncio.create_task(committing_client.post("/api/v1/auth/login", data=form))
        for _ in range(5)
    }
    done, waiting = await asyncio.wait(logins, return_when=asyncio.FIRST_COMPLETED)
    [refused] = [login.result() for login in done]
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
    assert (await committing_client.get("/api/v1/products")).status_code == 200
    release.set()
    assert [login.status_code for login in await asyncio.gather(*waiting)] == [401] * 4


async def test_as_many_hash_at_once_as_there_are_processors_but_one(
    security: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And twenty times as many hash or wait; the next is refused."""
    at_once = max(1, (os.cpu_count() or 2) - 1)
    release = threading.Event()
    monkeypatch.setattr(security, "verify_password", lambda *_: release.wait(patient(60)))
    tasks = [asyncio.create_task(auth.verify_password("x", "")) for _ in range(20 * at_once)]
    async with asyncio.timeout(patient(20)):
        while auth._hashing.statistics().tasks_waiting < 19 * at_once:  # noqa: ASYNC110, SLF001
            await asyncio.sleep(0.01)
    with pytest.raises(TooBusyError):
        await auth.verify_password("x", "")
    assert auth._hashing.borrowed_tokens == at_once  # noqa: SLF001
    release.set()
    assert await asyncio.gather(*tasks) == [True] * len(tasks)


def test_no_thread_outlives_the_event_loop_that_hashed() -> None:
    before = set(threading.enumerate())

    async def hash_one() -> set[threading.Thread]:
        await auth.hash_password("x")
        return set(threading.enumerate()) - before

    [thread] = asyncio.run(hash_one())
    thread.join(10)
    assert not thread.is_alive()


async def test_the_token_of_a_deleted_account_answers_401(
    client: AsyncClient, session: AsyncSession
) -> None:
    ada = await sign_up(client)
    headers = await headers_of(client)
    await session.execute(delete(User))
    await session.commit()
    assert (await client.get(f"/api/v1/users/{ada['id']}", headers=headers)).status_code == 401


async def test_a_new_password_ends_the_tokens_of_the_old_one(
    client: AsyncClient, session: AsyncSession
) -> None:
    ada = await sign_up(client)
    path, headers = f"/api/v1/users/{ada['id']}", await headers_of(client)
    assert (await client.get(path, headers=headers)).status_code == 200
    password_hash = security_module.hash_password("battery staple")
    await session.execute(update(User).values(password_hash=password_hash))
    await session.commit()
    assert (await client.get(path, headers=headers)).status_code == 401


def test_decoding_raises_one_error(security: ModuleType) -> None:
    with pytest.raises(NotAuthenticatedError, match="Invalid credentials"):
        security.decode_access_token("garbage")


def test_the_lifetime_comes_from_the_settings(
    security: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_JWT_EXP_MINUTES", "5")
    get_settings.cache_clear()
    _, claims = parts(security.create_access_token(1))
    get_settings.cache_clear()
    assert claims["exp"] - time.time() == pytest.approx(5 * 60, abs=5)
