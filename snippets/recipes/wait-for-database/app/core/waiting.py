"""A start that waits for what it depends on."""

import asyncio

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog import get_logger

logger = get_logger()

_STARTING = "57P03"  # cannot_connect_now: PostgreSQL recovers, or is not up yet


async def wait_for_database(engine: AsyncEngine, seconds: float) -> None:
    """Return when the database answers; raise its last error after so many seconds.

    A wrong password or a missing database is raised at once: waiting does not mend it.
    """
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    delay = 0.1
    while True:
        try:
            async with engine.connect():
                return
        except (OSError, DBAPIError) as exc:
            if not _passes(exc) or loop.time() + delay > deadline:
                logger.error("database_unreachable", reason=repr(exc))  # noqa: TRY400 -- raised
                raise
            logger.warning("waiting_for_database", reason=repr(exc))
        await asyncio.sleep(delay)
        delay = min(delay * 2, 5)


def _passes(exc: Exception) -> bool:
    """Say whether waiting may help."""
    if isinstance(exc, OSError):  # refused, timed out, no such host yet
        return True
    return getattr(getattr(exc, "orig", None), "sqlstate", None) == _STARTING
