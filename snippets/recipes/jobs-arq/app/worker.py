"""Jobs through ARQ. The worker: `arq app.worker.WorkerSettings`; beside it runs the relay.

ARQ is in maintenance (its README, python-arq/arq#510) and keeps redis-py below 6.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, ClassVar

from arq import Retry, create_pool
from arq.connections import RedisSettings
from redis import exceptions
from redis.asyncio.retry import Retry as BrokerRetry
from redis.backoff import ConstantBackoff
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from app.core.config import get_settings
from app.core.db import create_engine, create_sessionmaker
from app.models.outbox import OutboxMessage
from app.services.outbox import first_time
from app.services.welcome import welcome

logger = get_logger()
settings = get_settings()
redis_settings = RedisSettings.from_dsn(settings.redis_url.get_secret_value())
engine = create_engine(settings.database_url.get_secret_value(), settings.database_pool_size)
sessionmaker = create_sessionmaker(engine)


def repeated(job: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Do a job that fails again, after 2, 4, 8 seconds and so on: the outbox has forgotten it."""

    @functools.wraps(job)
    async def run(context: dict[str, Any], *arguments: object, **payload: object) -> None:
        try:
            await job(context, *arguments, **payload)
        except (Exception, asyncio.CancelledError) as exc:  # the latter: it took too long
            logger.exception("job_failed", job=job.__name__, attempts=context["job_try"])
            raise Retry(defer=min(2 ** context["job_try"], 3600)) from exc

    return run


@repeated
async def welcome_job(_context: dict[str, Any], message_id: int, user_id: int) -> None:
    """Welcome a new user, once however often the message comes."""
    async with sessionmaker.begin() as session:
        if await first_time(session, message_id):
            await welcome(session, user_id)


JOBS = {"welcome": welcome_job}


class WorkerSettings:
    """What the `arq` command reads."""

    functions: ClassVar = list(JOBS.values())
    # Else a broker that restarts ends the worker; who is away for a minute does.
    redis_settings = replace(
        redis_settings,
        conn_retries=60,
        retry=BrokerRetry(ConstantBackoff(1), 60),
        retry_on_error=[exceptions.ConnectionError, exceptions.TimeoutError, OSError],
    )
    # A job that takes longer is cancelled, and tried again later; one of a dead worker starts again
    # 10 s after that.
    job_timeout = settings.job_lease_seconds
    max_tries = 20


async def deliver(_session: AsyncSession, message: OutboxMessage) -> None:
    """Hand a message to the broker."""
    async with asyncio.timeout(10):  # a broker that says nothing would hold the relay up for ever
        pool = await create_pool(redis_settings)
        try:
            await pool.enqueue_job(JOBS[message.topic].__name__, message.id, **message.payload)
        finally:
            await pool.aclose()
