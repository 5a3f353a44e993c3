"""Wait until others wait: so a test of a race does not depend on who is faster."""

import asyncio

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from patience import patient

WAITING = text(
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


async def until_waiting(engine: AsyncEngine, number: int) -> None:
    """Return when so many sessions of the database wait for a lock; raise TimeoutError if not."""
    async with asyncio.timeout(patient(30)), engine.connect() as observer:
        await observer.execution_options(isolation_level="AUTOCOMMIT")
        while await observer.scalar(WAITING) < number:  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)
