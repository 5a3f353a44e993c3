"""A relay for each web worker: it leases messages of the outbox and sends them side by side."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from structlog import get_logger

from app.models.base import utc_now
from app.models.outbox import OutboxMessage

logger = get_logger()

AT_ONCE = 8  # messages that a worker sends side by side
SEND_SECONDS = 20.0  # for one message, then it counts as not sent
LEASE = timedelta(seconds=60)  # after which others send what a dead worker had; > SEND_SECONDS
LONGEST_PAUSE = 60  # seconds before a message that failed is tried again
LOOK_SECONDS = 1.0  # between looks while nothing is due


@dataclass(frozen=True)
class Leased:
    """A message that only this worker sends, until its lease ends."""

    id: int
    topic: str
    payload: dict[str, Any]
    attempts: int  # this one included: it tells whose lease it is


# Sends one message; raises where it could not. May run twice for one: give receivers the id.
Send = Callable[[Leased], Awaitable[None]]


async def lease(
    sessionmaker: async_sessionmaker[AsyncSession], topics: Collection[str], most: int
) -> list[Leased]:
    """Take what is due for longest; no transaction stays open while it is sent."""
    async with sessionmaker.begin() as session:
        messages = await session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.due_at <= utc_now(), OutboxMessage.topic.in_(topics))
            .order_by(OutboxMessage.due_at)
            .limit(most)
            .with_for_update(skip_locked=True)
        )
        leased = []
        for message in messages:
            message.attempts += 1
            message.due_at = utc_now() + LEASE
            leased.append(Leased(message.id, message.topic, message.payload, message.attempts))
        return leased


async def send_leased(
    sessionmaker: async_sessionmaker[AsyncSession], send: Send, message: Leased
) -> None:
    """Send a message and delete its row, or put it off; leave it to another whose lease it is."""
    own = (OutboxMessage.id == message.id, OutboxMessage.attempts == message.attempts)
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await send(message)
    except Exception:
        logger.exception("message_not_sent", id=message.id, attempts=message.attempts)
        pause = timedelta(seconds=min(2 ** min(message.attempts, 30), LONGEST_PAUSE))
        put_off = update(OutboxMessage).where(*own).values(due_at=utc_now() + pause)
        async with sessionmaker.begin() as session:
            await session.execute(put_off)
    else:
        async with sessionmaker.begin() as session:
            await session.execute(delete(OutboxMessage).where(*own))


async def relay(
    sessionmaker: async_sessionmaker[AsyncSession], senders: Mapping[str, Send]
) -> None:
    """Send what is due, until cancelled; a slow receiver holds up its own message only.

    `senders` has what sends a message, by topic. Others are not touched: a worker may do them.
    """
    under_way: set[asyncio.Task[None]] = set()
    try:
        while True:
            found = await _lease_or_nothing(sessionmaker, senders, AT_ONCE - len(under_way))
            under_way |= {
                asyncio.create_task(
                    _logged(send_leased(sessionmaker, senders[message.topic], message))
                )
                for message in found
            }
            if len(under_way) >= AT_ONCE:
                _, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
            elif not found:
                await asyncio.sleep(LOOK_SECONDS)
            under_way = {task for task in under_way if not task.done()}
    finally:
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)


async def _lease_or_nothing(
    sessionmaker: async_sessionmaker[AsyncSession], topics: Collection[str], most: int
) -> list[Leased]:
    try:
        return await lease(sessionmaker, topics, most)
    except Exception:  # the database is away: look again later
        logger.exception("relay_failed")
        return []


async def _logged(work: Awaitable[None]) -> None:
    """Do it; where the database is away, the lease ends and the message is sent again."""
    try:
        await work
    except Exception:
        logger.exception("relay_failed")
