"""A worker that stands still at the end of its job, before the commit."""

import asyncio
import os
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from app.models import OutboxMessage
from app.relay import run
from app.worker import do


async def stand_still(session: AsyncSession, message: OutboxMessage) -> None:
    """Do the job, say so, and do not return."""
    await do(session, message)
    await asyncio.to_thread(Path(os.environ["JOB_DONE"]).touch)
    await asyncio.sleep(3600)


asyncio.run(run(stand_still))
