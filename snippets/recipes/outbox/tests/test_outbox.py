"""The outbox: messages leave with the commit, once for all relays, whatever dies."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from httpx import AsyncClient
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.db import create_engine, create_tables
from app.models import Base, OutboxMessage
from app.models.base import utc_now
from app.relay import deliver_named, lanes_of, relay_lanes, relay_one
from app.services.outbox import add_message, first_time
from clients import sign_up
from live import live_server
from patience import patient

Sessions = async_sessionmaker[AsyncSession]


@asynccontextmanager
async def sessions_on(url: str) -> AsyncIterator[Sessions]:
    """Yield sessions on an empty database."""
    engine = create_engine(url, 10)
    try:
        async with engine.begin() as connection:
            await create_tables(connection, Base.metadata)
        yield async_sessionmaker(engine)
    finally:
        await engine.dispose()


@pytest.fixture
async def sessions(own_database_url: str) -> AsyncIterator[Sessions]:
    """Sessions on either database."""
    async with sessions_on(own_database_url) as each:
        yield each


@pytest.fixture
async def postgres_sessions(own_postgres_url: str) -> AsyncIterator[Sessions]:
    """Sessions on PostgreSQL, where several may write at once."""
    async with sessions_on(own_postgres_url) as each:
        yield each


async def waiting(sessions: Sessions) -> int:
    """Return how many messages wait."""
    async with sessions() as session:
        return await session.scalar(select(func.count(OutboxMessage.id))) or 0


async def test_a_message_leaves_with_the_commit_and_not_without(sessions: Sessions) -> None:
    delivered: list[dict[str, str]] = []

    async def deliver(_session: AsyncSession, message: OutboxMessage) -> None:
        delivered.append({message.topic: message.payload["to"]})

    async with sessions() as session:
        await add_message(session, "welcome", {"to": "nobody"})
        await session.rollback()
    assert not await relay_one(sessions, deliver)
    async with sessions.begin() as session:
        await add_message(session, "welcome", {"to": "ada"})
    assert await relay_one(sessions, deliver)
    assert not await relay_one(sessions, deliver)
    assert delivered == [{"welcome": "ada"}]


@pytest.mark.live
async def test_a_crash_right_after_the_commit_loses_nothing(own_database_url: str) -> None:
    with live_server(own_database_url) as server:
        async with AsyncClient(base_url=server.url) as client:
            await sign_up(client)
        server.process.kill()
    async with sessions_on(own_database_url) as sessions:
        assert await waiting(sessions) == 1


async def test_relays_work_side_by_side(postgres_sessions: Sessions) -> None:
    """Three hold a message each at the same time, and each message is handed over once."""
    delivered: Counter[int] = Counter()
    together = asyncio.Barrier(3)

    async def deliver(_session: AsyncSession, message: OutboxMessage) -> None:
        async with asyncio.timeout(
            patient(10)
        ):  # without SKIP LOCKED they would wait for each other
            await together.wait()
        delivered[message.id] += 1

    async with postgres_sessions.begin() as session:
        for number in range(30):
            await add_message(session, "count", {"number": number})

    async def work() -> None:
        for _ in range(10):
            assert await relay_one(postgres_sessions, deliver)

    await asyncio.gather(work(), work(), work())
    assert sorted(delivered.values()) == [1] * 30
    assert await waiting(postgres_sessions) == 0


async def test_a_message_that_fails_waits_and_leaves_the_others_room(sessions: Sessions) -> None:
    delivered = []

    async def deliver(session: AsyncSession, message: OutboxMessage) -> None:
        if message.topic == "bad":
            await add_message(session, "half done", {})
            raise RuntimeError("the receiver does not like it")
        delivered.append(message.topic)

    async with sessions.begin() as session:
        await add_message(session, "bad", {})
        await add_message(session, "good", {})
    for _ in range(2):
        assert await relay_one(sessions, deliver)
    assert delivered == ["good"]
    assert not await relay_one(sessions, deliver)
    async with sessions() as session:
        [bad] = await session.scalars(select(OutboxMessage))
        assert (bad.topic, bad.attempts) == ("bad", 1)
        assert timedelta(0) < bad.due_at - utc_now() < timedelta(seconds=3)


async def test_what_hangs_holds_up_its_own_topic_only(postgres_sessions: Sessions) -> None:
    delivered: asyncio.Queue[str] = asyncio.Queue()

    async def deliver(_session: AsyncSession, message: OutboxMessage) -> None:
        if message.topic == "mail":
            await asyncio.Event().wait()
        delivered.put_nowait(message.topic)

    async with postgres_sessions.begin() as session:
        for topic in ("mail", "mail", "welcome", "unknown", "welcome"):
            await add_message(session, topic, {})
    lanes = lanes_of(["mail", "welcome"])
    task = asyncio.create_task(relay_lanes(postgres_sessions, deliver, lanes))
    async with asyncio.timeout(patient(15)):
        topics = [await delivered.get() for _ in range(3)]
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert sorted(topics) == ["unknown", "welcome", "welcome"]


async def test_what_hangs_for_long_counts_as_failed(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.relay.LONGEST", 0.1)

    async def hang(_session: AsyncSession, _message: OutboxMessage) -> None:
        await asyncio.Event().wait()

    async with sessions.begin() as session:
        await add_message(session, "mail", {})
    async with asyncio.timeout(patient(15)):
        assert await relay_one(sessions, hang)
    async with sessions() as session:
        assert await session.scalar(select(OutboxMessage.attempts)) == 1


@pytest.mark.parametrize(("attempts", "pause"), [(0, 2), (1, 4), (2, 8), (30, 3600)])
async def test_pauses_grow_to_an_hour(sessions: Sessions, attempts: int, pause: int) -> None:
    async def fail(_session: AsyncSession, _message: OutboxMessage) -> None:
        raise ConnectionError

    async with sessions.begin() as session:
        await add_message(session, "bad", {})
        await session.execute(update(OutboxMessage).values(attempts=attempts))
    assert await relay_one(sessions, fail)
    async with sessions() as session:
        due_at = await session.scalar(select(OutboxMessage.due_at))
    assert due_at is not None
    assert pause - patient(1) < (due_at - utc_now()).total_seconds() <= pause


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "usage: python -m app.relay MODULE:FUNCTION"),
        (["app.nowhere:deliver"], "No module named 'app.nowhere'"),
        (["app.relay:nobody"], "module 'app.relay' has no attribute 'nobody'"),
        (["app.relay:"], "usage: "),
    ],
)
def test_a_function_that_is_not_there_is_told_in_a_line(arguments: list[str], why: str) -> None:
    with pytest.raises(SystemExit, match=why):
        deliver_named(arguments)


async def test_work_is_done_once_however_often_its_message_comes(sessions: Sessions) -> None:
    async with sessions.begin() as session:
        assert await first_time(session, 7)
        await session.rollback()  # the work failed
    for expected in (True, False, False):
        async with sessions.begin() as session:
            await add_message(session, "more", {})
            assert await first_time(session, 7) is expected
    assert await waiting(sessions) == 3  # the rest of a transaction is not lost with it


async def test_two_workers_with_one_message_do_not_both_work(sessions: Sessions) -> None:
    async def work() -> bool:
        async with sessions.begin() as session:
            first = await first_time(session, 7)
            await asyncio.sleep(0.1)
            return first

    assert sorted(await asyncio.gather(*(work() for _ in range(5)))) == [False] * 4 + [True]
