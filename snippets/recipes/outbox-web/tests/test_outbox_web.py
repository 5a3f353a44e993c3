"""The relay in the web workers: each message once, side by side, and again after a crash."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from unittest.mock import AsyncMock

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core import web_relay
from app.core.db import create_engine, create_tables
from app.core.web_relay import AT_ONCE, LEASE, LONGEST_PAUSE, Leased, lease, relay, send_leased
from app.models import Base, OutboxMessage, Product, User
from app.models.base import utc_now
from app.services.outbox import add_message
from live import live_server
from patience import patient

Sessions = async_sessionmaker[AsyncSession]


@asynccontextmanager
async def sessions_on(url: str) -> AsyncIterator[Sessions]:
    """Yield sessions on this database."""
    engine = create_engine(url, 10)
    try:
        async with engine.begin() as connection:
            await create_tables(connection, Base.metadata)
        yield async_sessionmaker(engine)
    finally:
        await engine.dispose()


@pytest.fixture
async def sessions(
    own_postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Sessions]:
    """Sessions on PostgreSQL, where several may write at once."""
    monkeypatch.setattr(web_relay, "LOOK_SECONDS", 0.01)
    async with sessions_on(own_postgres_url) as each:
        yield each


async def add(sessions: Sessions, number: int) -> None:
    """Commit so many messages."""
    async with sessions.begin() as session:
        for each in range(number):
            await add_message(session, "count", {"number": each})


async def count(sessions: Sessions, table: type[Base] = OutboxMessage) -> int:
    """Return how many rows there are."""
    async with sessions() as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Return when a condition holds."""
    async with asyncio.timeout(patient(30)):
        while not await condition():  # noqa: ASYNC110 # it is in the database
            await asyncio.sleep(0.02)


@asynccontextmanager
async def relaying(
    sessions: Sessions, send: web_relay.Send, workers: int = 1
) -> AsyncIterator[None]:
    """Run so many relays meanwhile."""
    tasks = [asyncio.create_task(relay(sessions, {"count": send})) for _ in range(workers)]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_a_worker_sends_side_by_side_up_to_its_bound(sessions: Sessions) -> None:
    """One by one, the first would wait for ever; without a bound all would come."""
    now, most, sent = 0, 0, 0
    all_there = asyncio.Event()

    async def send(_message: Leased) -> None:
        nonlocal now, most, sent
        now += 1
        most = max(most, now)
        if now == AT_ONCE:
            all_there.set()
        await all_there.wait()
        await asyncio.sleep(0)
        now -= 1
        sent += 1

    async def all_sent() -> bool:
        return sent == 3 * AT_ONCE and await count(sessions) == 0

    await add(sessions, 3 * AT_ONCE)
    async with relaying(sessions, send):
        await until(all_sent)
    assert most == AT_ONCE == 8


async def test_several_workers_send_each_message_once(sessions: Sessions) -> None:
    sent: Counter[int] = Counter()

    async def send(message: Leased) -> None:
        sent[message.id] += 1

    async def none_left() -> bool:
        return await count(sessions) == 0

    await add(sessions, 60)
    async with relaying(sessions, send, workers=3):
        await until(none_left)
    assert sorted(sent.values()) == [1] * 60


async def test_a_slow_receiver_holds_up_its_own_message_and_no_transaction(
    sessions: Sessions,
) -> None:
    never = asyncio.Event()
    sent = []

    async def send(message: Leased) -> None:
        if message.payload["number"] == 0:
            await never.wait()
        sent.append(message.payload["number"])

    async def only_one_left() -> bool:
        return await count(sessions) == 1

    await add(sessions, 1)
    async with relaying(sessions, send):
        async with sessions.begin() as session:
            for number in range(1, 20):
                await add_message(session, "count", {"number": number})
        await until(only_one_left)
        assert sorted(sent) == [*range(1, 20)]
        async with sessions.begin() as session:  # its row is not locked
            assert await session.scalar(select(OutboxMessage).with_for_update(nowait=True))


async def test_messages_of_other_topics_stay_for_who_does_them(sessions: Sessions) -> None:
    """A relay that takes them would put each off, again and again."""
    never = AsyncMock()
    async with sessions.begin() as session:
        await add_message(session, "of another worker", {})
    await add(sessions, 1)

    async def only_one_left() -> bool:
        return await count(sessions) == 1

    async with relaying(sessions, never):
        await until(only_one_left)
    async with sessions() as session:
        left = await session.scalar(select(OutboxMessage))
        assert left is not None
        assert (left.topic, left.attempts, left.due_at <= utc_now()) == (
            "of another worker", 0, True,
        )  # fmt: skip


async def test_a_lease_that_ended_is_anothers_and_the_first_no_longer_touches_it(
    sessions: Sessions,
) -> None:
    """As of a worker that was stopped for longer than its lease and then goes on."""

    async def send(_message: Leased) -> None:
        pass

    async def fail(_message: Leased) -> None:
        raise ConnectionError

    await add(sessions, 1)
    [first] = await lease(sessions, {"count"}, 5)
    assert await lease(sessions, {"count"}, 5) == []
    async with sessions.begin() as session:
        over = utc_now() - timedelta(seconds=1)
        await session.execute(update(OutboxMessage).values(due_at=over))
    [second] = await lease(sessions, {"count"}, 5)
    assert (second.id, second.attempts) == (first.id, 2)
    for outcome in (send, fail):
        await send_leased(sessions, outcome, first)
        assert await lease(sessions, {"count"}, 5) == []  # neither deleted nor due
        assert await count(sessions) == 1
    await send_leased(sessions, send, second)
    assert await count(sessions) == 0


@pytest.mark.parametrize(("attempts", "pause"), [(1, 2), (3, 8), (30, LONGEST_PAUSE), (10**6, 60)])
async def test_pauses_grow_to_a_bound(sessions: Sessions, attempts: int, pause: int) -> None:
    async def fail(_message: Leased) -> None:
        raise ConnectionError

    await add(sessions, 1)
    async with sessions.begin() as session:
        await session.execute(update(OutboxMessage).values(attempts=attempts - 1))
    [message] = await lease(sessions, {"count"}, 1)
    before = utc_now()
    await send_leased(sessions, fail, message)
    async with sessions() as session:
        due_at = await session.scalar(select(OutboxMessage.due_at))
    assert due_at is not None
    assert timedelta(0) <= due_at - before - timedelta(seconds=pause) < timedelta(seconds=30)


async def test_a_receiver_that_never_answers_counts_as_failed_before_the_lease_ends(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(seconds=web_relay.SEND_SECONDS) * 2 < LEASE
    monkeypatch.setattr(web_relay, "SEND_SECONDS", 0.01)

    async def hang(_message: Leased) -> None:
        await asyncio.Event().wait()

    await add(sessions, 1)
    [message] = await lease(sessions, {"count"}, 1)
    await send_leased(sessions, hang, message)
    async with sessions() as session:
        due_at = await session.scalar(select(OutboxMessage.due_at))
    assert due_at is not None
    assert due_at < utc_now() + LEASE / 2


@pytest.mark.live
async def test_two_web_workers_do_the_work_and_stop(own_postgres_url: str) -> None:
    with live_server(own_postgres_url, "--workers=2", APP_WEB_RELAY="true") as server:
        async with sessions_on(own_postgres_url) as sessions:
            async with sessions.begin() as session:  # a sign-up may add messages of other recipes
                for n in range(5):
                    user = User(email=f"{n}@example.com", full_name="Ada", password_hash="")
                    session.add(user)
                    await session.flush()
                    await add_message(session, "welcome", {"user_id": user.id})

            async def all_done() -> bool:
                return await count(sessions) == 0 and await count(sessions, Product) == 5

            await until(all_done)
        assert server.stop(signal.SIGTERM) in {0, -signal.SIGTERM}
        assert "Traceback" not in server.log()
