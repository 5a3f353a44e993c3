"""Fill `users.display_name`, beside the running service: `python -m app.backfill`."""

import asyncio
import time

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog import get_logger

from app.core.config import get_settings
from app.core.db import create_engine
from app.core.logging import configure_logging

logger = get_logger()

COPY = text("""
    UPDATE users SET display_name = full_name
    WHERE id IN (
        SELECT id FROM users WHERE display_name IS NULL AND id > :after ORDER BY id LIMIT :size
    )
    RETURNING id
""")


async def backfill(engine: AsyncEngine, size: int = 1_000) -> int:
    """Copy `size` rows in a transaction, rest for as long as that took; return how many in all.

    Stopped at any point, it goes on from there: what is copied is no longer NULL.
    """
    after = copied = 0
    while True:
        started = time.monotonic()
        async with engine.begin() as connection:
            ids = (await connection.scalars(COPY, {"after": after, "size": size})).all()
        if not ids:
            return copied
        after = max(ids)
        copied += len(ids)
        logger.info("backfilled", rows=copied, up_to=after)
        await asyncio.sleep(time.monotonic() - started)


async def main() -> None:
    """Connect, and copy what is not yet copied."""
    configure_logging()
    engine = create_engine(get_settings().database_url.get_secret_value(), 1)
    await backfill(engine)
    await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
