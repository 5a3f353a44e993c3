"""Jobs through Taskiq. The worker: `taskiq worker app.worker:broker`; beside it runs the relay."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncSession
from taskiq import TaskiqEvents, TaskiqMessage, TaskiqMiddleware, TaskiqResult, TaskiqState
from taskiq.kicker import AsyncKicker
from taskiq_redis import RedisStreamBroker

from app.core.config import get_settings
from app.core.db import create_engine, create_sessionmaker
from app.models.outbox import OutboxMessage
from app.services.outbox import first_time
from app.services.welcome import welcome

settings = get_settings()


class Stream(RedisStreamBroker):
    """A stream that forgets what is done: acknowledged messages would stay in memory for ever."""

    def _ack_generator(
        self,
        id: str,  # noqa: A002 -- so it is called
        queue_name: str,
    ) -> Callable[[], Awaitable[None]]:
        acknowledge = super()._ack_generator(id, queue_name)

        async def forget() -> None:
            await acknowledge()
            async with Redis(connection_pool=self.connection_pool) as redis:
                await redis.xdel(queue_name, id)

        return forget


class Repeat(TaskiqMiddleware):
    """Send a job that fails again, until it succeeds: the outbox has forgotten it."""

    async def on_error(
        self,
        message: TaskiqMessage,
        result: TaskiqResult[Any],  # noqa: ARG002
        exception: BaseException,  # noqa: ARG002
    ) -> None:
        """Wait 2, 4, 8 seconds and so on, but not until it counts as one of a dead worker."""
        attempts = int(message.labels.get("attempts", 0)) + 1
        await asyncio.sleep(min(2 ** min(attempts, 30), settings.job_lease_seconds / 2))
        again = AsyncKicker[..., Any](message.task_name, self.broker, message.labels)
        await again.with_labels(attempts=attempts).kiq(*message.args, **message.kwargs)


# Streams: with taskiq-redis' list brokers a message is gone when it is fetched.
broker = Stream(
    url=settings.redis_url.get_secret_value(),
    # In ms. A job that takes longer is started a second time beside itself.
    idle_timeout=settings.job_lease_seconds * 1000,
    # From the beginning of the stream. The default, "$", loses what was sent before the first
    # worker ever started.
    consumer_id="0",
).with_middlewares(Repeat())
engine = create_engine(settings.database_url.get_secret_value(), settings.database_pool_size)
sessionmaker = create_sessionmaker(engine)


@broker.task
async def welcome_job(message_id: int, user_id: int) -> None:
    """Welcome a new user, once however often the message comes."""
    async with sessionmaker.begin() as session:
        if await first_time(session, message_id):
            await welcome(session, user_id)


@broker.task
async def tick() -> None:
    """Do nothing. taskiq-redis 1.2 looks for jobs of dead workers only after a new message."""


@broker.on_event(TaskiqEvents.WORKER_STARTUP)
async def start_ticking(state: TaskiqState) -> None:
    """Send that message, as long as the worker runs."""

    async def send_ticks() -> None:
        while True:
            await asyncio.sleep(settings.job_lease_seconds)
            await tick.kiq()

    state.ticking = asyncio.create_task(send_ticks())


JOBS = {"welcome": welcome_job}


async def deliver(_session: AsyncSession, message: OutboxMessage) -> None:
    """Hand a message to the broker."""
    async with asyncio.timeout(10):  # a broker that says nothing would hold the relay up for ever
        await JOBS[message.topic].kiq(message.id, **message.payload)
