"""The cache: never older than the last commit, and no request fails without the store."""

import asyncio
import gc
import signal
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from decimal import Decimal
from importlib.metadata import version
from unittest.mock import AsyncMock

import httpx
import pytest
from httpx import AsyncClient
from pydantic import ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel
from redis.asyncio import Redis
from sqlalchemy import delete, insert, text, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.cache import Cache, mark_changed
from app.core.db import create_engine, create_sessionmaker
from app.models import Base, Product, User
from app.schemas.product import ProductOut
from app.services import product_pages
from app.services.product_pages import first_page
from clients import client_on, headers_of, sign_up
from live import live_server
from patience import patient
from valkey import Valkey, running_valkey

PAGE = "/api/v1/products"


@pytest.fixture
def valkey() -> Iterator[Valkey]:
    """A store of the test's own."""
    with running_valkey() as server:
        yield server


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that is busy with other tests the store may take longer than in production."""
    monkeypatch.setattr("app.core.cache.PATIENCE", 10)


@pytest.fixture
async def redis(valkey: Valkey) -> AsyncIterator[Redis]:
    """A connection to it."""
    async with Redis.from_url(valkey.url) as redis:
        yield redis


@pytest.fixture
async def client(
    own_database_url: str, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsyncClient]:
    """A client of the app with the store, whose requests commit."""
    async with client_on(own_database_url, monkeypatch, APP_REDIS_URL=valkey.url) as client:
        yield client


async def offer(client: AsyncClient, headers: dict[str, str], name: str) -> None:
    """Create a product."""
    response = await client.post(PAGE, json={"name": name, "price": "5"}, headers=headers)
    assert response.status_code == 201, response.text


async def names(client: AsyncClient, **query: int) -> list[str]:
    """Return what the page lists."""
    response = await client.get(PAGE, params=query)
    assert response.status_code == 200, response.text
    return [product["name"] for product in response.json()]


async def test_it_writes_the_names_that_clients_know(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Camel(ProductOut):
        model_config = ConfigDict(alias_generator=to_camel, validate_by_name=True)

    monkeypatch.setattr(product_pages, "_page", TypeAdapter(list[Camel]))
    await sign_up(client)
    await offer(client, await headers_of(client), "Lamp")
    page = (await client.get(PAGE)).json()
    assert "createdAt" in page[0]
    assert "created_at" not in page[0]


async def rename_behind_the_cache(database_url: str, name: str) -> None:
    """Change the products as a program does that does not know of the cache."""
    engine = create_engine(database_url, 1)
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE products SET name = :name"), {"name": name})
    await engine.dispose()


def made(value: bytes) -> Callable[[], Awaitable[bytes]]:
    """Return something that makes this."""

    async def make() -> bytes:
        return value

    return make


async def test_the_page_comes_from_the_store_until_a_request_changes_it(
    client: AsyncClient, own_database_url: str
) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    await offer(client, headers, "Lamp")
    assert await names(client) == ["Lamp"]
    await rename_behind_the_cache(own_database_url, "Desk")
    assert await names(client) == ["Lamp"]
    await offer(client, headers, "Chair")
    assert await names(client) == ["Chair", "Desk"]
    assert await names(client, limit=1) == ["Chair"]
    assert await names(client, offset=1) == ["Desk"]


async def test_a_page_from_the_store_is_the_page_of_the_database(client: AsyncClient) -> None:
    await sign_up(client)
    await offer(client, await headers_of(client), "Lamp")
    first = await client.get(PAGE)
    again = await client.get(PAGE)
    assert again.content == first.content
    assert again.headers["content-type"] == "application/json"
    [product] = again.json()
    assert product.keys() == {"id", "name", "price", "owner", "created_at"}
    assert product["price"] == "5.00"


async def test_a_reader_just_before_the_commit_does_not_keep_the_old_page(
    own_postgres_url: str, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client_on(own_postgres_url, monkeypatch, APP_REDIS_URL=valkey.url) as client:
        await sign_up(client)
        headers = await headers_of(client)
        commit = AsyncSession.commit
        reading = False

        async def commit_after_a_reader(session: AsyncSession) -> None:
            nonlocal reading
            if not reading:
                reading = True
                assert await names(client) == []
            await commit(session)

        monkeypatch.setattr(AsyncSession, "commit", commit_after_a_reader)
        await offer(client, headers, "Lamp")
        monkeypatch.setattr(AsyncSession, "commit", commit)
        assert await names(client) == ["Lamp"]


async def test_forgetting_before_the_commit_leaves_the_old_page(
    own_postgres_url: str, valkey: Valkey, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why a session forgets when it is closed."""
    cache = Cache(redis, 60)
    async with client_on(own_postgres_url, monkeypatch, APP_REDIS_URL=valkey.url) as client:
        await sign_up(client)
        await offer(client, await headers_of(client), "Lamp")
        engine = create_engine(own_postgres_url, 1)
        async with AsyncSession(engine) as session:
            await session.execute(text("UPDATE products SET name = 'Desk'"))
            await cache.forget("products")
            assert await names(client) == ["Lamp"]
            await session.commit()
        await engine.dispose()
        assert await names(client) == ["Lamp"]  # for a minute
        await cache.forget("products")
        assert await names(client) == ["Desk"]


async def change(session: AsyncSession, kind: type[Base], **values: str) -> None:
    """Change the first of a kind, as an object."""
    row = await session.get_one(kind, 1)
    for name, value in values.items():
        setattr(row, name, value)


async def remove(session: AsyncSession) -> None:
    """Delete the first product, as an object."""
    await session.delete(await session.get_one(Product, 1))


WRITES: dict[str, Callable[[AsyncSession], Awaitable[object]]] = {
    "update": lambda session: session.execute(update(Product).values(name="Desk")),
    "delete": lambda session: session.execute(delete(Product)),
    "insert": lambda session: session.execute(
        insert(Product), [{"name": "Desk", "price": Decimal(5), "owner_id": 1}]
    ),
    "of the owner": lambda session: session.execute(update(User).values(full_name="Eve")),
    "object": lambda session: change(session, Product, name="Desk"),
    "owner": lambda session: change(session, User, full_name="Eve"),
    "removal": remove,
}


@pytest.mark.parametrize("kind", WRITES)
async def test_whatever_a_session_writes_is_seen(
    kind: str, client: AsyncClient, own_database_url: str
) -> None:
    """In whatever process: this session is none of a request."""
    await sign_up(client)
    await offer(client, await headers_of(client), "Lamp")
    before = (await client.get(PAGE)).json()
    engine = create_engine(own_database_url, 1)
    async with create_sessionmaker(engine).begin() as session:
        await WRITES[kind](session)
    await engine.dispose()
    assert (await client.get(PAGE)).json() != before


async def test_what_is_read_and_who_signs_up_change_nothing(
    client: AsyncClient, redis: Redis
) -> None:
    await sign_up(client)
    await names(client)
    before = await redis.get("products:generation")
    await sign_up(client, "eve@example.com")
    await names(client, offset=1)
    assert before is not None
    assert await redis.get("products:generation") == before


async def test_a_slow_reader_does_not_put_the_old_value_back(redis: Redis) -> None:
    cache = Cache(redis, 60)

    async def read_while_another_commits() -> bytes:
        await cache.forget("topic")
        assert await cache.get_or_make("topic", "key", made(b"new")) == b"new"
        return b"old"

    assert await cache.get_or_make("topic", "key", read_while_another_commits) == b"old"
    assert await cache.get_or_make("topic", "key", made(b"made anew")) == b"new"


async def test_deleting_one_key_would_let_a_slow_reader_put_the_old_value_back(
    redis: Redis,
) -> None:
    """What the generations are for."""

    async def get_or_make(make: Callable[[], Awaitable[bytes]]) -> bytes:
        kept = await redis.get("key")
        if isinstance(kept, bytes):
            return kept
        value = await make()
        await redis.set("key", value, ex=60)
        return value

    async def read_while_another_commits() -> bytes:
        await redis.delete("key")
        assert await get_or_make(made(b"new")) == b"new"
        return b"old"

    assert await get_or_make(read_while_another_commits) == b"old"
    assert await get_or_make(made(b"made anew")) == b"old"


async def test_a_request_that_fails_forgets_nothing(client: AsyncClient, redis: Redis) -> None:
    await names(client)
    before = await redis.get("products:generation")
    assert before is not None
    headers = {"Authorization": "Bearer none"}
    response = await client.post(PAGE, json={"name": "Lamp", "price": "5"}, headers=headers)
    assert response.status_code == 401
    assert await redis.get("products:generation") == before


async def test_a_session_forgets_when_it_is_closed_what_it_knows_to_have_changed(
    client: AsyncClient, own_database_url: str
) -> None:
    """Not at each commit, and nothing of plain SQL."""
    await sign_up(client)
    await offer(client, await headers_of(client), "Lamp")
    assert await names(client) == ["Lamp"]
    engine = create_engine(own_database_url, 1)
    sessions = create_sessionmaker(engine)
    async with sessions.begin() as session:
        await session.execute(text("UPDATE products SET name = 'Chair'"))
    assert await names(client) == ["Lamp"]
    async with sessions() as session:
        await session.execute(update(Product).values(name="Desk"))
        await session.commit()
        assert await names(client) == ["Lamp"]
    assert await names(client) == ["Desk"]
    await engine.dispose()


async def test_what_is_not_there_is_made_once_for_all_who_ask(redis: Redis) -> None:
    """When an entry of a page that everybody reads ends, the database is asked once."""
    cache = Cache(redis, 60)
    begun, go_on = asyncio.Event(), asyncio.Event()
    times = 0

    async def make() -> bytes:
        nonlocal times
        times += 1
        begun.set()
        await go_on.wait()
        return b"made"

    async with asyncio.timeout(patient(10)):
        first = asyncio.create_task(cache.get_or_make("topic", "key", make))
        await begun.wait()
        others = [asyncio.create_task(cache.get_or_make("topic", "key", make)) for _ in range(20)]
        first.cancel()  # it has left: the others still get theirs
        await asyncio.wait([first])
        go_on.set()
        assert await asyncio.gather(*others) == [b"made"] * 20
    assert (times, first.cancelled()) == (1, True)
    assert await cache.get_or_make("topic", "key", make) == b"made"
    assert times == 1


async def test_who_asks_after_a_commit_does_not_wait_for_what_was_begun_before(
    redis: Redis,
) -> None:
    cache = Cache(redis, 60)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def make_old() -> bytes:
        begun.set()
        await go_on.wait()
        return b"old"

    async with asyncio.timeout(patient(10)):
        before = asyncio.create_task(cache.get_or_make("topic", "key", make_old))
        await begun.wait()
        await cache.forget("topic")
        assert await cache.get_or_make("topic", "key", made(b"new")) == b"new"
        go_on.set()
        assert await before == b"old"
    assert await cache.get_or_make("topic", "key", made(b"newer")) == b"new"


async def test_what_could_not_be_made_is_tried_again(redis: Redis) -> None:
    cache = Cache(redis, 60)
    make = AsyncMock(side_effect=[RuntimeError, b"made"])
    with pytest.raises(RuntimeError):
        await cache.get_or_make("topic", "key", make)
    assert await cache.get_or_make("topic", "key", make) == b"made"


async def test_a_client_that_is_not_closed_leaves_its_connections(valkey: Valkey) -> None:
    """As one that is made at import does with each reload."""

    async def leave_one() -> None:
        await Redis.from_url(valkey.url).ping()
        gc.collect()

    with warnings.catch_warnings(record=True) as told:  # its writer, too, if that is found first
        warnings.simplefilter("always")
        await leave_one()
    assert any("unclosed Connection" in str(each.message) for each in told)


async def test_the_library_waits_longer_for_an_answer(redis: Redis) -> None:
    """Five seconds; before redis-py 8 for ever."""
    seconds = 5 if int(version("redis").partition(".")[0]) >= 8 else None
    assert redis.connection_pool.make_connection().socket_timeout == seconds


async def test_only_what_was_marked_is_forgotten(
    client: AsyncClient, redis: Redis, own_database_url: str
) -> None:
    cache = Cache(redis, 60)
    for topic, key in (("one", "key"), ("one", "another"), ("other", "key")):
        await cache.get_or_make(topic, key, made(b"old"))
    engine = create_engine(own_database_url, 1)
    async with create_sessionmaker(engine)() as session:
        mark_changed(session.sync_session, "one")
    await engine.dispose()
    for key in ("key", "another"):
        assert await cache.get_or_make("one", key, made(b"new")) == b"new"
    assert await cache.get_or_make("other", "key", made(b"new")) == b"old"


async def test_what_nobody_forgot_is_old_for_so_many_seconds_at_most(
    own_postgres_url: str, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a process that dies between commit and forgetting does no lasting harm."""
    variables = {"APP_REDIS_URL": valkey.url, "APP_CACHE_SECONDS": "1"}
    async with client_on(own_postgres_url, monkeypatch, **variables) as client:
        await sign_up(client)
        await offer(client, await headers_of(client), "Lamp")
        started = time.monotonic()
        assert await names(client) == ["Lamp"]
        await rename_behind_the_cache(own_postgres_url, "Desk")
        while await names(client) == ["Lamp"]:
            assert time.monotonic() - started < patient(5)
        assert await names(client) == ["Desk"]


@pytest.mark.live
async def test_all_workers_forget(own_postgres_url: str, valkey: Valkey) -> None:
    limits = httpx.Limits(max_keepalive_connections=0)  # so that both workers answer
    with live_server(own_postgres_url, "--workers=2", APP_REDIS_URL=valkey.url) as server:
        async with AsyncClient(base_url=server.url, limits=limits, timeout=patient(30)) as client:
            await sign_up(client)
            headers = await headers_of(client)
            for number in range(5):
                await offer(client, headers, str(number))
                pages = await asyncio.gather(*(names(client, limit=1) for _ in range(4)))
                assert pages == [[str(number)]] * 4


async def test_without_the_store_each_request_asks_the_database(
    client: AsyncClient, valkey: Valkey, caplog: pytest.LogCaptureFixture
) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    assert await names(client) == []
    valkey.stop()
    await offer(client, headers, "Lamp")
    assert await names(client) == ["Lamp"]
    await offer(client, headers, "Desk")
    assert await names(client) == ["Desk", "Lamp"]
    warnings = [str(line.msg) for line in caplog.records if line.name == "app.core.cache"]
    assert sum("cache_unavailable" in line for line in warnings) == 2
    assert sum("cache_not_forgotten" in line for line in warnings) == 2
    valkey.start()
    await names(client)
    assert await names(client) == ["Desk", "Lamp"]


async def test_a_store_that_does_not_answer_costs_a_request_little(
    client: AsyncClient, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sign_up(client)
    headers = await headers_of(client)
    await offer(client, headers, "Lamp")
    assert await names(client) == ["Lamp"]
    monkeypatch.setattr("app.core.cache.PATIENCE", 0.5)
    assert valkey.process is not None
    valkey.process.send_signal(signal.SIGSTOP)
    for request in (names(client), offer(client, headers, "Desk"), names(client)):
        started = time.monotonic()
        await request
        assert time.monotonic() - started < patient(5)
    valkey.process.send_signal(signal.SIGCONT)


async def test_no_connection_is_held_while_the_store_is_asked(
    client: AsyncClient, own_database_url: str, redis: Redis
) -> None:
    engine = create_engine(own_database_url, 1)

    class WatchingCache(Cache):
        async def get_or_make(
            self, topic: str, key: str, make: Callable[[], Awaitable[bytes]]
        ) -> bytes:
            async def watched() -> bytes:
                value = await make()
                assert engine.sync_engine.pool.checkedin() == 1
                return value

            return await super().get_or_make(topic, key, watched)

    assert await first_page(async_sessionmaker(engine), WatchingCache(redis, 60), 20) == b"[]"
    await engine.dispose()


async def test_answers_do_not_get_mixed_up_after_a_store_that_did_not_answer(
    redis: Redis, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = Cache(redis, 60)
    keys = [str(number) for number in range(20)]
    await asyncio.gather(*(cache.get_or_make("topic", key, made(key.encode())) for key in keys))
    assert valkey.process is not None
    valkey.process.send_signal(signal.SIGSTOP)
    with monkeypatch.context() as busy:
        busy.setattr("app.core.cache.PATIENCE", 0.5)
        await asyncio.gather(*(cache.get_or_make("topic", key, made(b"")) for key in keys))
    valkey.process.send_signal(signal.SIGCONT)
    kept = await asyncio.gather(*(cache.get_or_make("topic", key, made(b"")) for key in keys))
    assert kept == [key.encode() for key in keys]
