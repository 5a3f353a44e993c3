"""Rate limits: one count for all workers, and service without the store."""

import asyncio
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator

import httpx
import pytest
from httpx import AsyncClient
from redis.asyncio import Redis

from app.api.rate_limit import network_of
from app.core.config import get_settings
from app.core.rate_limit import RateLimiter, parse
from app.main import app
from clients import client_on
from live import live_server
from patience import patient
from valkey import redis_url, running_valkey

WRONG = {"username": "ada@example.com", "password": "wrong horse"}


async def log_in(client: AsyncClient, times: int) -> Counter[int]:
    """Try to log in so many times at once; return how often each status came."""
    answers = [client.post("/api/v1/auth/login", data=WRONG) for _ in range(times)]
    return Counter(answer.status_code for answer in await asyncio.gather(*answers))


@pytest.mark.live
async def test_workers_share_one_limit(own_postgres_url: str) -> None:
    """Also at the same instant: the count is one atomic script."""
    with (
        redis_url() as url,
        live_server(
            own_postgres_url,
            "--workers=2",
            module="patient_limit_app:app",
            APP_REDIS_URL=url,
            APP_LOGIN_LIMIT="7/hour",
        ) as server,
    ):
        limits = httpx.Limits(max_keepalive_connections=0)  # so that both workers answer
        async with AsyncClient(base_url=server.url, limits=limits, timeout=patient(30)) as client:
            assert await log_in(client, 40) == {401: 7, 429: 33}


async def test_after_retry_after_a_request_passes(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with redis_url() as url:
        variables = {"APP_REDIS_URL": url, "APP_LOGIN_LIMIT": "2/2 seconds"}
        async with client_on(own_database_url, monkeypatch, **variables) as client:
            assert await log_in(client, 3) == {401: 2, 429: 1}
            refused = await client.post("/api/v1/auth/login", data=WRONG)
            assert refused.json() == {"error": "Too many requests"}
            assert 1 <= int(refused.headers["retry-after"]) <= 2
            await asyncio.sleep(int(refused.headers["retry-after"]))
            assert (await client.post("/api/v1/auth/login", data=WRONG)).status_code == 401
            assert (await client.get("/api/v1/products")).status_code == 200


async def test_while_the_store_is_away_each_worker_limits_by_itself() -> None:
    limit = parse("3/hour")

    async def admitted(limiter: RateLimiter) -> int:
        return [await limiter.hit(limit, "x") for _ in range(5)].count(0)

    with running_valkey() as valkey:
        async with Redis.from_url(valkey.url) as one, Redis.from_url(valkey.url) as other:
            workers = [RateLimiter(one), RateLimiter(other)]
            assert [await admitted(worker) for worker in workers] == [3, 0]
            valkey.stop()
            assert [await admitted(worker) for worker in workers] == [3, 3]
            valkey.start()  # and has forgotten everything
            assert [await admitted(worker) for worker in workers] == [3, 0]


async def test_without_the_store_nobody_is_turned_away(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client_on(own_database_url, monkeypatch, APP_LOGIN_LIMIT="3/hour") as client:
        assert await log_in(client, 5) == {401: 3, 429: 2}


async def test_a_store_that_does_not_answer_costs_a_request_little() -> None:
    limit = parse("3/hour")
    with running_valkey() as valkey:
        async with Redis.from_url(valkey.url) as redis:
            limiter = RateLimiter(redis)
            assert await limiter.hit(limit, "x") == 0
            assert valkey.process is not None
            valkey.process.send_signal(signal.SIGSTOP)
            started = time.monotonic()
            assert await limiter.hit(limit, "x") == 0
            assert 0.4 < time.monotonic() - started < patient(2)


# They take none; but who asks for many fills mailboxes, or keeps another service busy.
COSTLY = {("post", f"/api/v1/auth/{path}") for path in ("link", "oidc", "oidc/login")}


def with_a_password() -> set[tuple[str, str]]:
    """Return the operations whose body holds a password: method and path."""
    found = set()
    schema = app.openapi()
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            media = operation.get("requestBody", {}).get("content", {}).values()
            for name in [each["schema"].get("$ref", "").rpartition("/")[2] for each in media]:
                fields = schema["components"]["schemas"].get(name, {}).get("properties", {})
                if any(field.get("format") == "password" for field in fields.values()):
                    found.add((method, path))
    return found


async def test_whatever_takes_a_password_has_the_limit_of_logins(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all recipes: one way in without it would be the one that is tried."""
    limited = set()
    async with client_on(own_database_url, monkeypatch, APP_LOGIN_LIMIT="1/hour") as client:
        assert await log_in(client, 2) == {401: 1, 429: 1}
        for path, operations in app.openapi()["paths"].items():
            for method in {*operations} - {"get"}:
                url = re.sub(r"\{\w+\}", "1", path)
                if (await client.request(method, url)).status_code == 429:
                    limited.add((method, path))
    assert limited - COSTLY == with_a_password() >= {("post", "/api/v1/auth/login")}


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
    ],
)
def test_an_address_counts_by_its_network(address: str, network: str) -> None:
    assert network_of(address) == network


@pytest.mark.live
@pytest.mark.skipif(sys.platform != "linux", reason="connects from 127.0.0.2")
async def test_each_address_has_its_own_limit(own_postgres_url: str) -> None:
    with (
        redis_url() as url,
        live_server(own_postgres_url, APP_REDIS_URL=url, APP_LOGIN_LIMIT="1/hour") as server,
    ):
        for address in ("127.0.0.1", "127.0.0.2"):
            transport = httpx.AsyncHTTPTransport(local_address=address)
            async with AsyncClient(base_url=server.url, transport=transport) as client:
                assert await log_in(client, 2) == {401: 1, 429: 1}


@pytest.fixture
def fresh_settings() -> Iterator[None]:
    """Settings that are read anew, before the test and after it."""
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def test_a_limit_that_cannot_be_read_stops_the_start(
    fresh_settings: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("APP_LOGIN_LIMIT", "often")
    with pytest.raises(SystemExit):
        get_settings()
    assert re.match("APP_LOGIN_LIMIT: ", capsys.readouterr().err)


def test_there_is_a_limit_without_a_setting(
    fresh_settings: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("APP_LOGIN_LIMIT")
    assert get_settings().login_limit == parse("10/minute")
