"""LISTEN and NOTIFY between processes, and what goes wrong with them in other ways."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from app.core.db import create_engine
from app.core.postgres_bell import CHANNEL, listen
from app.models import Product
from clients import ADA
from live import live_server
from patience import patient
from postgres import running_postgres
from streams import next_event, offer, stream, with_tables_and_ada


@pytest.fixture(scope="module")
def server_url() -> Iterator[str]:
    """A PostgreSQL of these tests' own, whose settings they change."""
    with running_postgres() as postgres:
        yield postgres.url


@pytest.fixture
async def engine(own_postgres_url: str) -> AsyncIterator[AsyncEngine]:
    """A database with a user."""
    engine = create_engine(own_postgres_url, 5)
    await with_tables_and_ada(engine)
    yield engine
    await engine.dispose()


@pytest.fixture
async def ears(own_postgres_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine for one connection, to listen on."""
    engine = create_engine(own_postgres_url, 1)
    yield engine
    await engine.dispose()


async def heard(bell: asyncio.Event, ears: AsyncEngine) -> bool:
    """Say whether the bell has rung: after an answer, all that was told before it has arrived."""
    async with ears.connect() as connection:
        await connection.execute(text("SELECT 1"))
    rung = bell.is_set()
    bell.clear()
    return rung


def lamp() -> Product:
    """Return a product that is not yet added."""
    return Product(name="Lamp", price=Decimal(1), owner_id=1)


async def test_it_is_told_at_the_commit_and_not_before_it_or_after_a_rollback(
    engine: AsyncEngine, ears: AsyncEngine
) -> None:
    bell = asyncio.Event()
    listen(ears, bell.set)
    assert not await heard(bell, ears)
    async with AsyncSession(engine) as session:
        session.add(lamp())
        await session.flush()
        assert not await heard(bell, ears)
        await session.rollback()
        assert not await heard(bell, ears)
        session.add(lamp())
        await session.commit()
        assert await heard(bell, ears)


async def pid_of(engine: AsyncEngine) -> int:
    """Return the process that serves the one connection of an engine."""
    async with engine.connect() as connection:
        return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


async def test_a_connection_that_replaces_one_listens_too(
    engine: AsyncEngine, ears: AsyncEngine
) -> None:
    bell = asyncio.Event()
    listen(ears, bell.set)
    before = await pid_of(ears)
    async with engine.begin() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend({before})"))
    assert await pid_of(ears) != before
    async with AsyncSession(engine) as session:
        session.add(lamp())
        await session.commit()
    assert await heard(bell, ears)


async def test_what_is_told_while_nobody_listens_is_gone(
    engine: AsyncEngine, ears: AsyncEngine
) -> None:
    """The bad way: news that are only in the notification."""
    told: list[str] = []
    async with engine.connect() as connection:
        for number in (1, 3):
            async with ears.connect() as listening:
                driver = (await listening.get_raw_connection()).driver_connection
                assert driver
                await driver.add_listener("news", lambda *found: told.append(found[3]))
                await connection.execute(text(f"NOTIFY news, '{number}'"))
                await connection.commit()
                await driver.execute("SELECT 1")
                await listening.invalidate()
            await connection.execute(text(f"NOTIFY news, '{number + 1}'"))
            await connection.commit()
    assert told == ["1", "3"]


@pytest.mark.live
def test_another_process_hears_it(own_postgres_url: str) -> None:
    """Its reader looks only when the bell rings."""
    with (
        live_server(own_postgres_url) as one,
        live_server(own_postgres_url, module="bell_app:app") as other,
    ):
        httpx.post(f"{one.url}/api/v1/users", json=ADA)
        with stream(other) as lines:
            for name in ("Lamp", "Torch"):
                offer(one, name)
                assert json.loads(next_event(lines)["data"]) == {"name": name}


@pytest.mark.live
def test_a_process_listens_over_one_connection_for_all_its_streams(own_postgres_url: str) -> None:
    async def listening() -> int:
        engine = create_engine(own_postgres_url, 1)
        async with engine.connect() as connection:
            count = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
            found = int((await connection.execute(count)).scalar_one()) - 1
        await engine.dispose()
        return found

    with live_server(own_postgres_url, APP_DATABASE_POOL_SIZE="1") as server:
        httpx.post(f"{server.url}/api/v1/users", json=ADA)
        with stream(server), stream(server), stream(server), stream(server) as lines:
            offer(server, "Lamp")
            next_event(lines)
            assert asyncio.run(listening()) == 3  # the pool, the health check, the reader


async def test_a_row_in_the_payload_fails_the_transaction_once_it_is_long(
    engine: AsyncEngine,
) -> None:
    """The bad way: PostgreSQL takes less than 8,000 bytes, and refuses the whole transaction."""
    for length, fails in ((7_999, False), (8_000, True)):
        async with engine.connect() as connection:
            notify = text(f"SELECT pg_notify('news', repeat('x', {length}))")
            if fails:
                with pytest.raises(DBAPIError, match="payload string too long"):
                    await connection.execute(notify)
            else:
                await connection.execute(notify)


async def test_who_listens_in_a_transaction_hears_nothing(
    engine: AsyncEngine, ears: AsyncEngine
) -> None:
    """The bad way: `LISTEN` counts from the commit of its own transaction."""
    bell = asyncio.Event()
    async with AsyncSession(ears) as session, AsyncSession(engine) as other:
        await session.execute(text("SELECT 1"))  # it begins
        connection = await (await session.connection()).get_raw_connection()
        assert connection.driver_connection
        await connection.driver_connection.add_listener(CHANNEL, lambda *_: bell.set())
        other.add(lamp())
        await other.commit()
        await session.execute(text("SELECT 1"))
        assert not bell.is_set()


async def commits(connection: AsyncConnection, statement: str, seconds: float) -> bool:
    """Say whether a transaction with this statement can be committed within so many seconds."""
    await connection.execute(text("SET synchronous_commit = local"))
    await connection.execute(text(statement))
    try:
        async with asyncio.timeout(seconds):
            await connection.commit()
    except TimeoutError:
        return False
    return True


@pytest.mark.live
async def test_commits_that_notify_wait_for_each_other(
    engine: AsyncEngine, server_url: str
) -> None:
    """The price: the lock is of the whole cluster, and held until the commit is on the disk.

    A commit that waits for a standby, which never comes, shows it.
    """
    admin = create_engine(server_url, 1).execution_options(isolation_level="AUTOCOMMIT")
    notify, write = f"NOTIFY {CHANNEL}", "UPDATE users SET full_name = 'B' WHERE id = 2"
    async with admin.connect() as settings, engine.connect() as first:
        await settings.execute(text("ALTER SYSTEM SET synchronous_standby_names = 'nobody'"))
        await settings.execute(text("SELECT pg_reload_conf()"))
        await first.execute(text("UPDATE users SET full_name = 'A'"))
        await first.execute(text(notify))
        pid = (await first.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        waiting = asyncio.create_task(first.commit())
        ask = text("SELECT wait_event FROM pg_stat_activity WHERE pid = :pid")
        async with asyncio.timeout(patient(20)):
            while (await settings.execute(ask, {"pid": pid})).scalar_one() != "SyncRep":
                pass
        async with engine.connect() as second, engine.connect() as third:
            assert await commits(second, write, patient(10))
            assert not await commits(third, notify, 1)
            await third.invalidate()
        await settings.execute(text("ALTER SYSTEM RESET synchronous_standby_names"))
        await settings.execute(text("SELECT pg_reload_conf()"))
        await waiting
    await admin.dispose()
