"""New products, read once for all clients."""

import asyncio
from bisect import bisect_right
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import islice

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from structlog import get_logger

from app.core.bell import after_commits
from app.core.config import get_settings
from app.core.db import create_engine, create_sessionmaker
from app.models import Product
from app.services.new_products import Position, last_position, position_of, products_after

logger = get_logger()
Sessionmaker = async_sessionmaker[AsyncSession]
KEPT = 1000  # who is further behind reads the table
SECONDS_BETWEEN_LOOKS = 1.0


class Feed:
    """The newest products, kept once for all clients: each has a place in them, and no queue."""

    def __init__(self) -> None:
        self._kept: deque[Product] = deque()
        self._start: Position | None = None
        self.last: Position | None = None
        self._news = asyncio.Event()

    def begin(self, start: Position) -> Position:
        """Keep what follows this position; who waits already may have missed what is before it."""
        self._start = self.last = start
        self._wake()
        return start

    def add(self, products: Sequence[Product]) -> Position:
        """Add what comes next, wake who waits for it, and return the position of the last."""
        self._kept.extend(products)
        self.last = position_of(products[-1])
        while len(self._kept) > KEPT:
            self._start = position_of(self._kept.popleft())
        self._wake()
        return self.last

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    def end(self) -> None:
        """Let nobody wait any more."""
        self._news.set()

    def holds(self, position: Position) -> bool:
        """Say whether all that is newer is kept here."""
        return self._start is not None and not position < self._start

    async def after(self, position: Position, seconds: float) -> Sequence[Product]:
        """Return at most 100 newer products; wait so long for the first."""
        if not (found := self._newer(position)):
            news = self._news
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await news.wait()
            found = self._newer(position)
        return found

    def _newer(self, position: Position) -> Sequence[Product]:
        first = bisect_right(self._kept, position, key=position_of)
        return [*islice(self._kept, first, first + 100)]


async def look(feed: Feed, sessionmaker: Sessionmaker) -> None:
    """Add what is new. Where the database is away, or not yet migrated, the next look does."""
    try:
        async with sessionmaker() as session:
            last = feed.last or feed.begin(await last_position(session))
            while found := await products_after(session, last):
                last = feed.add(found)
    except Exception:
        logger.exception("feed_failed")


async def read(
    feed: Feed, sessionmaker: Sessionmaker, bell: asyncio.Event, stopping: asyncio.Event
) -> None:
    """Look when the bell rings, and each second, until the shutdown."""
    while not stopping.is_set():
        bell.clear()
        await look(feed, sessionmaker)
        with suppress(TimeoutError):
            async with asyncio.timeout(SECONDS_BETWEEN_LOOKS):
                await bell.wait()
    feed.end()


@asynccontextmanager
async def running_feed(stopping: asyncio.Event) -> AsyncIterator[Feed]:
    """Read while the process serves, over one connection, which requests cannot take."""
    bell = asyncio.Event()
    engine = create_engine(get_settings().database_url.get_secret_value(), pool_size=1)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(engine.dispose)
        stack.enter_context(after_commits(bell.set))
        sessionmaker = create_sessionmaker(engine)
        feed = Feed()
        await look(feed, sessionmaker)
        task = asyncio.create_task(read(feed, sessionmaker, bell, stopping))
        try:
            yield feed
        finally:
            stopping.set()
            bell.set()
            await task  # not cancelled: drivers may take that for an error, after which it goes on
