"""Jobs through Dramatiq. The worker: `dramatiq app.worker`; beside it runs the relay."""

import asyncio

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.middleware import AsyncIO
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import get_settings
from app.core.db import create_engine, create_sessionmaker
from app.models.outbox import OutboxMessage
from app.services.outbox import first_time
from app.services.welcome import welcome

settings = get_settings()
broker = RedisBroker(  # type: ignore[no-untyped-call]
    url=settings.redis_url.get_secret_value(),
    # Workers send heartbeats, so a job may take longer than this.
    heartbeat_timeout=settings.job_lease_seconds * 1000,
    # Of a million calls to the broker, so many look for dead workers. The default, 1000, leaves
    # the jobs of a dead worker lying for many minutes where there is little to do.
    maintenance_chance=100_000,
)
broker.add_middleware(AsyncIO())
dramatiq.set_broker(broker)
engine = create_engine(settings.database_url.get_secret_value(), settings.database_pool_size)
sessionmaker = create_sessionmaker(engine)


@dramatiq.actor(max_retries=20)
async def welcome_job(message_id: int, user_id: int) -> None:
    """Welcome a new user, once however often the message comes."""
    async with sessionmaker.begin() as session:
        if await first_time(session, message_id):
            await welcome(session, user_id)


JOBS = {"welcome": welcome_job}


async def deliver(_session: AsyncSession, message: OutboxMessage) -> None:
    """Hand a message to the broker."""
    await asyncio.to_thread(JOBS[message.topic].send, message.id, **message.payload)
