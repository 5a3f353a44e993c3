"""Jobs through Celery. The worker: `celery -A app.worker worker`; beside it runs the relay."""

import asyncio

from celery import Celery, Task  # type: ignore[import-untyped]
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.config import get_settings
from app.core.db import create_engine, create_sessionmaker
from app.models.outbox import OutboxMessage
from app.services.outbox import first_time
from app.services.welcome import welcome

settings = get_settings()


class Repeated(Task):  # type: ignore[misc]
    """A job that fails is sent again, until it succeeds: the outbox has forgotten it."""

    autoretry_for = (Exception,)
    max_retries = None
    retry_backoff = True  # after about 1, 2, 4 seconds and so on
    retry_backoff_max = max(1, settings.job_lease_seconds // 2)  # what waits longer comes twice


celery = Celery("service_name", broker=settings.redis_url.get_secret_value(), task_cls=Repeated)
celery.conf.update(
    task_acks_late=True,  # the default acknowledges before the work, and a crash loses it
    task_reject_on_worker_lost=True,  # a child that was killed is no failed job
    worker_prefetch_multiplier=1,
    broker_transport_options={
        # In seconds. A job that takes longer is started a second time beside itself.
        "visibility_timeout": settings.job_lease_seconds,
        "unacked_restore_throttle": 1,  # look for such jobs every 10 s, not 100 (Kombu 5.7)
        "socket_timeout": 10,  # a broker that says nothing would hold the relay up for ever
        "socket_connect_timeout": 5,
    },
    broker_connection_retry_on_startup=True,
)
engine = create_engine(settings.database_url.get_secret_value(), pool_size=1)
sessionmaker = create_sessionmaker(engine)
# Celery's jobs are synchronous. One event loop a process, as connections belong to their loop;
# `asyncio.run` would make one for each job.
runner = asyncio.Runner()


async def do_welcome(message_id: int, user_id: int) -> None:
    """Welcome a new user, once however often the message comes."""
    async with sessionmaker.begin() as session:
        if await first_time(session, message_id):
            await welcome(session, user_id)


@celery.task  # type: ignore[untyped-decorator]
def welcome_job(message_id: int, user_id: int) -> None:
    """Run the job to its end."""
    runner.run(do_welcome(message_id, user_id))


JOBS = {"welcome": welcome_job}


async def deliver(_session: AsyncSession, message: OutboxMessage) -> None:
    """Hand a message to the broker."""
    await asyncio.to_thread(JOBS[message.topic].delay, message.id, **message.payload)
