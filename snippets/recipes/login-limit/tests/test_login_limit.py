"""The limit of failed logins: exact at one instant, and no honest user waits."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from httpx import AsyncClient
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.api.login_failures import network_of
from app.core.config import get_settings
from app.core.db import create_engine
from app.core.errors import NotAuthenticatedError, TooBusyError
from app.main import app
from app.models import LoginFailures, User
from app.models.base import utc_now
from app.services import auth, login_failures
from app.services.login_failures import client_network, counted
from clients import ADA, client_on, headers_of, sign_up
from patience import patient

URL = "/api/v1/auth/login"


@asynccontextmanager
async def sessions_on(url: str) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    """Yield sessions of the test's own."""
    engine = create_engine(url, 10)
    try:
        yield async_sessionmaker(engine)
    finally:
        await engine.dispose()


@pytest.fixture
async def limited(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsyncClient]:
    """The app on PostgreSQL, where five logins may fail, and that verifies no password.

    Hashing takes long, and is not what is tested here.
    """

    async def verify_password(password: str, _hash: str) -> bool:
        await asyncio.sleep(0)
        return password == ADA["password"]

    monkeypatch.setattr(auth, "verify_password", verify_password)
    async with client_on(own_postgres_url, monkeypatch, APP_LOGIN_FAILURES="5") as client:
        await sign_up(client)
        yield client


async def fail(client: AsyncClient, times: int, email: str = ADA["email"]) -> Counter[int]:
    """Try a wrong password so many times at once; return how often each status came."""
    form = {"username": email, "password": "wrong horse"}
    answers = await asyncio.gather(*[client.post(URL, data=form) for _ in range(times)])
    return Counter(answer.status_code for answer in answers)


async def test_of_attempts_at_one_instant_exactly_the_limit_is_tried(limited: AsyncClient) -> None:
    assert await fail(limited, 30) == {401: 5, 429: 25}
    form = {"username": ADA["email"], "password": ADA["password"]}
    refused = await limited.post(URL, data=form)  # the right one, too: or it could be guessed
    assert (refused.status_code, refused.json()) == (429, {"error": "Too many failed logins"})
    assert 0 < int(refused.headers["retry-after"]) <= 15 * 60
    assert await fail(limited, 1, "bob@example.com") == {401: 1}


async def test_counted_afterwards_more_are_tried(
    limited: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What most write first: look, verify, and count what failed."""
    all_have_looked = asyncio.Barrier(8)

    @asynccontextmanager
    async def counted_afterwards(
        sessionmaker: async_sessionmaker[AsyncSession], _email: str
    ) -> AsyncIterator[None]:
        async with sessionmaker() as session:
            if (await session.scalar(select(func.max(LoginFailures.failures))) or 0) >= 5:
                raise login_failures.TooManyFailuresError(1)
        await all_have_looked.wait()
        yield

    monkeypatch.setattr(auth, "counted", counted_afterwards)
    assert await fail(limited, 8) == {401: 8}


async def test_of_right_logins_at_one_instant_five_are_verified(
    limited: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The price: each counts as a failure until it was right."""
    is_enough = asyncio.Event()

    async def verify_password(_password: str, _hash: str) -> bool:
        await is_enough.wait()
        return True

    monkeypatch.setattr(auth, "verify_password", verify_password)
    form = {"username": ADA["email"], "password": ADA["password"]}
    logins = [asyncio.create_task(limited.post(URL, data=form)) for _ in range(8)]
    async with asyncio.timeout(patient(20)):
        while sum(login.done() for login in logins) < 3:  # noqa: ASYNC110 -- no event of ours
            await asyncio.sleep(0.01)
        is_enough.set()
        answers = await asyncio.gather(*logins)
    assert Counter(answer.status_code for answer in answers) == {200: 5, 429: 3}


async def test_only_failures_count(limited: AsyncClient) -> None:
    for _ in range(7):
        await headers_of(limited)
    assert await fail(limited, 4) == {401: 4}
    await headers_of(limited)  # and forgives the four
    assert await fail(limited, 6) == {401: 5, 429: 1}


def bodies_with_a_password() -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Yield the operations that take one: method, path, how to send the body, a wrong body."""
    document = app.openapi()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for media, each in operation.get("requestBody", {}).get("content", {}).items():
                name = each["schema"].get("$ref", "").rpartition("/")[2]
                schema = document["components"]["schemas"].get(name, {})
                fields = {
                    field: schema["properties"][field] for field in schema.get("required", ())
                }
                if any(field.get("format") == "password" for field in fields.values()):
                    how = "json" if media == "application/json" else "data"
                    body = dict.fromkeys(fields, "wrong horse") | {"username": ADA["email"]}
                    yield method, path, how, body


async def test_whatever_checks_a_password_counts(
    limited: AsyncClient, own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all recipes: one way in without the limit would be the one that is tried."""
    checked = 0

    async def verify_password(_password: str, _hash: str) -> bool:
        nonlocal checked
        checked += 1
        return False

    headers = await headers_of(limited)
    monkeypatch.setattr(auth, "verify_password", verify_password)
    checking = set()
    async with sessions_on(own_postgres_url) as sessions:
        for method, path, how, body in bodies_with_a_password():
            checked = 0
            for _ in range(6):
                answer = await limited.request(method, path, headers=headers, **{how: body})  # type: ignore[arg-type]
            if checked:
                checking.add((method, path))
                assert (answer.status_code, checked) == (429, 5), path
            async with sessions.begin() as session:
                await session.execute(delete(LoginFailures))
    assert ("post", URL) in checking


async def test_a_busy_service_is_nobodys_failure(
    limited: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def busy(_password: str, _hash: str) -> bool:
        raise TooBusyError

    with monkeypatch.context() as patch:
        patch.setattr(auth, "verify_password", busy)
        for _ in range(7):
            assert await fail(limited, 1) == {503: 1}
    await headers_of(limited)


async def test_an_address_cannot_try_one_password_on_all_accounts(
    limited: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_LOGIN_FAILURES", "1")
    get_settings.cache_clear()
    answers = await asyncio.gather(
        *[fail(limited, 1, f"user{number}@example.com") for number in range(15)]
    )
    assert sum(answers, Counter()) == {401: 10, 429: 5}


async def test_many_addresses_cannot_try_one_account(
    limited: AsyncClient, own_postgres_url: str
) -> None:
    """Nor does one that failed five times keep the owner out, who comes from elsewhere."""
    assert await fail(limited, 6) == {401: 5, 429: 1}
    passed = 0
    async with sessions_on(own_postgres_url) as sessions:
        for number in range(200):
            client_network.set(f"192.0.2.{number}")
            try:
                async with counted(sessions, ADA["email"]):
                    raise NotAuthenticatedError  # noqa: TRY301
            except NotAuthenticatedError:
                passed += 1
            except login_failures.TooManyFailuresError:
                break
    assert passed == 95


async def test_a_window_ends_and_its_rows_go(limited: AsyncClient, own_postgres_url: str) -> None:
    assert await fail(limited, 6) == {401: 5, 429: 1}
    async with sessions_on(own_postgres_url) as sessions:
        async with sessions.begin() as session:
            over = utc_now() - timedelta(seconds=1)
            await session.execute(update(LoginFailures).values(ends_at=over))
        assert await fail(limited, 1, "bob@example.com") == {401: 1}
        async with sessions() as session:
            rows = [*await session.scalars(select(LoginFailures))]
        assert [row.failures for row in rows] == [1, 1, 1]  # Bob's and the address's
    assert await fail(limited, 6) == {401: 5, 429: 1}


async def test_no_address_is_stored(limited: AsyncClient, own_postgres_url: str) -> None:
    await fail(limited, 1, "my.password@example.com")
    async with sessions_on(own_postgres_url) as sessions, sessions() as session:
        assert await session.scalar(select(func.count(User.id))) == 1
        keys = [*await session.scalars(select(LoginFailures.key))]
    assert {len(key) for key in keys} == {64}


async def test_it_counts_on_either_database(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client_on(own_database_url, monkeypatch, APP_LOGIN_FAILURES="1") as client:
        assert await fail(client, 30) == {401: 1, 429: 29}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_counts_by_its_network(address: str, network: str) -> None:
    assert network_of(address) == network
