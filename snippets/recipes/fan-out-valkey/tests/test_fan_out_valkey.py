"""The bell in Valkey: heard by all processes, after the commit, and missed by nobody."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import httpx
import pytest
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core import valkey_bell
from app.core.config import get_settings
from app.core.db import create_engine
from app.core.valkey_bell import CHANNEL, shared_bell
from app.models import Product
from app.services.new_products import Position, products_after
from clients import ADA
from live import live_server
from patience import patient
from postgres import running_postgres
from streams import next_event, offer, stream, with_tables_and_ada
from valkey import Valkey, running_valkey


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """A PostgreSQL of these tests' own: transactions of others would hold the events back."""
    with running_postgres() as postgres:
        yield postgres.url


@pytest.fixture
def valkey(monkeypatch: pytest.MonkeyPatch) -> Iterator[Valkey]:
    """A store of the test's own, which is that of the settings."""
    with running_valkey() as server:
        monkeypatch.setenv("APP_REDIS_URL", server.url)
        get_settings.cache_clear()
        yield server
    get_settings.cache_clear()


@pytest.fixture
async def engine(own_database_url: str) -> AsyncIterator[AsyncEngine]:
    """A database with a user."""
    engine = create_engine(own_database_url, 5)
    await with_tables_and_ada(engine)
    yield engine
    await engine.dispose()


def lamp() -> Product:
    """Return a product that is not yet added."""
    return Product(name="Lamp", price=Decimal(1), owner_id=1)


async def rings(bell: asyncio.Event) -> None:
    """Wait for the bell."""
    async with asyncio.timeout(patient(30)):
        await bell.wait()
    bell.clear()


async def test_it_rings_after_the_commit_and_not_after_a_rollback(
    engine: AsyncEngine, valkey: Valkey
) -> None:
    bell = asyncio.Event()
    async with shared_bell(bell.set), Redis.from_url(valkey.url) as redis:
        await rings(bell)  # it is subscribed
        async with AsyncSession(engine) as session:
            session.add(lamp())
            await session.flush()
            await session.rollback()
            await redis.publish(CHANNEL, b"")
            await rings(bell)  # of this, and of nothing before
            assert not bell.is_set()
            session.add(lamp())
            await session.commit()
        await rings(bell)


async def test_who_is_told_before_the_commit_finds_nothing(
    own_postgres_url: str, valkey: Valkey
) -> None:
    """The bad way: `publish` in the service function, which flushes and does not commit."""
    engine = create_engine(own_postgres_url, 5)
    await with_tables_and_ada(engine)
    bell = asyncio.Event()
    async with (
        Redis.from_url(valkey.url) as redis,
        AsyncSession(engine) as session,
        AsyncSession(engine) as reader,
        shared_bell(bell.set),
    ):
        await rings(bell)
        session.add(lamp())
        await session.flush()
        await redis.publish(CHANNEL, b"")
        await rings(bell)
        assert await products_after(reader, Position()) == []
        await session.commit()  # ours: after it
        await rings(bell)
        await reader.rollback()
        assert len(await products_after(reader, Position())) == 1
    await engine.dispose()


async def test_after_a_restart_of_the_store_it_rings_again(
    engine: AsyncEngine, valkey: Valkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey_bell, "SECONDS", 0.1)
    bell = asyncio.Event()
    async with shared_bell(bell.set):
        await rings(bell)
        valkey.stop()
        async with AsyncSession(engine) as session:
            session.add(lamp())
            await session.commit()  # and it does not fail
        valkey.start()
        await rings(bell)  # as something may have been missed
        async with AsyncSession(engine) as session:
            session.add(lamp())
            await session.commit()
        await rings(bell)


async def test_what_is_published_while_nobody_is_subscribed_is_gone(valkey: Valkey) -> None:
    """The bad way: news that are only in the message."""
    told: list[bytes] = []
    async with Redis.from_url(valkey.url) as redis:
        for number in (1, 3):
            async with redis.pubsub() as pubsub:
                await pubsub.subscribe("news")
                await pubsub.get_message(timeout=patient(5))  # that it is
                await redis.publish("news", number)
                found = await pubsub.get_message(timeout=patient(5))
                told.append(found["data"] if found else b"")
            await redis.publish("news", number + 1)
    assert told == [b"1", b"3"]


@pytest.mark.live
def test_another_process_hears_it(own_postgres_url: str, valkey: Valkey) -> None:
    """Its reader looks only when the bell rings."""
    variables = {"APP_REDIS_URL": valkey.url}
    with (
        live_server(own_postgres_url, **variables) as one,
        live_server(own_postgres_url, module="bell_app:app", **variables) as other,
    ):
        httpx.post(f"{one.url}/api/v1/users", json=ADA)
        with stream(other) as lines:
            for name in ("Lamp", "Torch"):
                offer(one, name)
                assert json.loads(next_event(lines)["data"]) == {"name": name}


@pytest.mark.live
def test_without_a_store_it_is_told_a_little_later(own_postgres_url: str) -> None:
    with live_server(own_postgres_url) as one, live_server(own_postgres_url) as other:
        httpx.post(f"{one.url}/api/v1/users", json=ADA)
        with stream(other) as lines:
            offer(one, "Lamp")
            assert json.loads(next_event(lines)["data"]) == {"name": "Lamp"}
        assert "bell_not_heard" in other.log()
        assert "Traceback" not in one.log() + other.log()
