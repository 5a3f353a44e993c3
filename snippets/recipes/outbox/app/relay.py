"""The relay: hands messages of the outbox over. Run as many as you like, beside the web workers.

`python -m app.relay app.worker:deliver` names the function that hands one over.
"""

import asyncio
import pkgutil
import signal
import sys
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from structlog import get_logger

from app.core.config import get_settings
from app.core.db import create_engine, create_sessionmaker
from app.core.logging import configure_logging
from app.models.base import utc_now
from app.models.outbox import OutboxMessage

logger = get_logger()

# Hands one message over, in the transaction that removes it; raises where it could not.
Deliver = Callable[[AsyncSession, OutboxMessage], Awaitable[None]]
Lane = ColumnElement[bool]  # which messages
ALL: Lane = true()
LONGEST = 300  # seconds for one message, then it counts as not handed over


async def relay_one(
    sessionmaker: async_sessionmaker[AsyncSession], deliver: Deliver, lane: Lane = ALL
) -> bool:
    """Hand over the message of a lane that is due for longest; return whether there was one.

    The row stays locked meanwhile, and other relays skip it. One that dies loses its connection,
    and with it the lock: the next relay hands the message over again.
    """
    async with sessionmaker.begin() as session:
        message = await session.scalar(
            select(OutboxMessage)
            .where(OutboxMessage.due_at <= utc_now(), lane)
            .order_by(OutboxMessage.due_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if message is None:
            return False
        try:
            async with asyncio.timeout(LONGEST), session.begin_nested():
                await deliver(session, message)
        except Exception:
            message.attempts += 1
            message.due_at = utc_now() + timedelta(seconds=min(2**message.attempts, 3600))
            logger.exception("message_not_delivered", id=message.id, attempts=message.attempts)
        else:
            await session.delete(message)
        return True


async def relay(
    sessionmaker: async_sessionmaker[AsyncSession], deliver: Deliver, lane: Lane = ALL
) -> None:
    """Hand over what is due, for ever; look once a second while there is nothing."""
    while True:
        try:
            if await relay_one(sessionmaker, deliver, lane):
                continue
        except Exception:  # the database is away: wait for it
            logger.exception("relay_failed")
        await asyncio.sleep(1)


def lanes_of(topics: Collection[str]) -> list[Lane]:
    """Return a lane for each topic, and one for all others."""
    return [OutboxMessage.topic.not_in(topics), *(OutboxMessage.topic == each for each in topics)]


async def relay_lanes(
    sessionmaker: async_sessionmaker[AsyncSession], deliver: Deliver, lanes: Iterable[Lane]
) -> None:
    """Relay side by side: a mail server that hangs holds up its own lane, no other."""
    async with asyncio.TaskGroup() as group:
        for lane in lanes:
            group.create_task(relay(sessionmaker, deliver, lane))


async def run(deliver: Deliver, topics: Collection[str] = ()) -> None:
    """Relay until SIGTERM; a message under way is rolled back, and its row stays."""
    settings = get_settings()
    configure_logging()
    lanes = lanes_of(topics)
    engine = create_engine(settings.database_url.get_secret_value(), pool_size=len(lanes))
    task = asyncio.create_task(relay_lanes(create_sessionmaker(engine), deliver, lanes))
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        logger.info("relay_stopped")
    finally:
        await engine.dispose()


def deliver_named(arguments: Sequence[str]) -> Deliver:
    """Return the function that the command line names, or exit with what is wrong."""
    deliver: Deliver | None
    try:
        deliver = pkgutil.resolve_name(*arguments)
    except (ImportError, AttributeError) as exc:
        sys.exit(str(exc))
    except (TypeError, ValueError):  # none, two, or no name of Python
        deliver = None
    if not callable(deliver):
        sys.exit("usage: python -m app.relay MODULE:FUNCTION")
    return deliver


if __name__ == "__main__":
    asyncio.run(run(deliver_named(sys.argv[1:])))
