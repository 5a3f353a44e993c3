"""The sweeper: removes files that were promised and never completed. `python -m app.sweep`."""

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from structlog import get_logger

from app.core.config import get_settings
from app.core.db import create_engine, create_sessionmaker
from app.core.logging import configure_logging
from app.core.object_storage import Bucket, open_bucket
from app.services import stored_files

logger = get_logger()


async def sweep(sessionmaker: async_sessionmaker[AsyncSession], bucket: Bucket) -> int:
    """Remove them; return how many. After a crash in the middle the next one goes on.

    First the row is marked, then the object goes, then the row: nobody completes what is going,
    no object is left that no row names, and no transaction is open while the store works.
    """
    async with sessionmaker.begin() as session:
        await stored_files.condemn(session)
    removed = 0
    while True:
        async with sessionmaker() as session:
            files = await stored_files.condemned(session)
        if not files:
            return removed
        await bucket.remove([file.key for file in files])
        async with sessionmaker.begin() as session:
            await stored_files.forget(session, files)
        removed += len(files)


async def main() -> None:
    """Sweep once."""
    settings = get_settings()
    configure_logging()
    engine = create_engine(settings.database_url.get_secret_value(), pool_size=1)
    bucket = open_bucket(settings)
    try:
        removed = await sweep(create_sessionmaker(engine), bucket)
        logger.info("swept", removed=removed)
    finally:
        bucket.close()
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(main())
