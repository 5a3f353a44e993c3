"""The worker: does jobs in the transaction that removes them, hence once. `python -m app.worker`.

Only what a job writes through its session happens once. A call to somebody else may happen again
after a crash: give them the message's id as idempotency key.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.models.outbox import OutboxMessage
from app.relay import run
from app.services.welcome import welcome

Job = Callable[..., Awaitable[Any]]  # takes the session, and the payload as keywords

JOBS: dict[str, Job] = {"welcome": welcome}


async def do(session: AsyncSession, message: OutboxMessage) -> None:
    """Do the job that a message asks for; raise if it fails, and it is tried again later."""
    await JOBS[message.topic](session, **message.payload)


if __name__ == "__main__":
    asyncio.run(run(do, JOBS))
