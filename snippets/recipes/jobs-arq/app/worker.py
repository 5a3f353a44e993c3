"""Jobs through ARQ. The worker: `arq app.worker.WorkerSettings`; beside it runs the relay.

ARQ is in maintenance (its README, python-arq/arq#510) and keeps redis-py below 6.
"""

from typing import Any, ClassVar

from arq import create_pool
from arq.connections import RedisSettings
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import get_settings
from app.core.db import create_engine, create_sessionmaker
from app.models.outbox import OutboxMessage
from app.services.outbox import first_time
from app.services.welcome import welcome

settings = get_settings()
redis_settings = RedisSettings.from_dsn(settings.redis_url.get_secret_value())
engine = create_engine(settings.database_url.get_secret_value(), settings.database_pool_size)
sessionmaker = create_sessionmaker(engine)


async def welcome_job(_context: dict[str, Any], message_id: int, user_id: int) -> None:
    """Welcome a new user, once however often the message comes."""
    async with sessionmaker.begin() as session:
        if await first_time(session, message_id):
            await welcome(session, user_id)


JOBS = {"welcome": welcome_job}


class WorkerSettings:
    """What the `arq` command reads."""

    functions: ClassVar = list(JOBS.values())
    redis_settings = redis_settings
    # A job that takes longer is cancelled; one of a dead worker starts again 10 s after that.
    job_timeout = settings.job_lease_seconds
    max_tries = 20


async def deliver(_session: AsyncSession, message: OutboxMessage) -> None:
    """Hand a message to the broker."""
    pool = await create_pool(redis_settings)
    try:
        await pool.enqueue_job(JOBS[message.topic].__name__, message.id, **message.payload)
    finally:
        await pool.aclose()
