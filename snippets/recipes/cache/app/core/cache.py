"""What was read is kept in the store for a while, the same for all workers."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from structlog import get_logger

from app.core.config import get_settings

logger = get_logger()

PATIENCE = 0.5  # seconds that a store which does not answer costs, each time it is asked
_UNAVAILABLE = (RedisError, OSError)  # TimeoutError is an OSError


class Cache:
    """Bytes by topic and key. Without the store everything is made anew, and no request fails.

    The name of a topic's generation is part of each key; to forget the topic is to drop that name.
    A slow reader, who read before a commit, keeps its bytes under the generation that it began
    with, where nobody looks after the commit.
    """

    def __init__(self, redis: Redis, seconds: int) -> None:
        self._redis = redis
        self._seconds = seconds
        self._under_way: dict[str, asyncio.Task[bytes]] = {}

    async def get_or_make(
        self, topic: str, key: str, make: Callable[[], Awaitable[bytes]]
    ) -> bytes:
        """Return what is kept; else make it, once for all who ask meanwhile, and keep it."""
        try:
            async with asyncio.timeout(PATIENCE):
                name = f"{topic}:{await self._generation(topic)}:{key}"
                kept = await self._redis.get(name)
        except _UNAVAILABLE as exc:
            logger.warning("cache_unavailable", topic=topic, reason=_reason(exc))
            return await make()
        if isinstance(kept, bytes):
            return kept
        if name not in self._under_way:
            task = asyncio.create_task(self._make(topic, name, make))
            self._under_way[name] = task
            task.add_done_callback(lambda _: self._under_way.pop(name))
        return await asyncio.shield(self._under_way[name])  # others wait for it, too

    async def _make(self, topic: str, name: str, make: Callable[[], Awaitable[bytes]]) -> bytes:
        """Make it, and keep it for so many seconds."""
        made = await make()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._redis.set(name, made, ex=self._seconds)
        except _UNAVAILABLE as exc:
            logger.warning("cache_unavailable", topic=topic, reason=_reason(exc))
        return made

    async def _generation(self, topic: str) -> str:
        """Return the name of the generation; give it a random one where it has none."""
        new = uuid4().hex  # a count, evicted and begun anew, would find old entries again
        there = await self._redis.set(f"{topic}:generation", new, nx=True, get=True, ex=86_400)
        return there.decode() if isinstance(there, bytes) else new

    async def forget(self, *topics: str) -> None:
        """Drop these topics. Where that fails, their entries live on until their time is over."""
        try:
            async with asyncio.timeout(PATIENCE):
                for topic in topics:
                    await self._redis.delete(f"{topic}:generation")
        except _UNAVAILABLE as exc:
            logger.warning("cache_not_forgotten", topics=topics, reason=_reason(exc))


class ForgettingSession(AsyncSession):
    """A session that, when it is closed, drops what was marked in it: never before the commit.

    All of `create_sessionmaker` are of this kind, in workers too. Its connection is free by then.
    """

    async def close(self) -> None:
        """Close the session, then drop what it has changed; what was rolled back is made anew."""
        await super().close()
        if topics := self.info.pop(_CHANGED, None):
            settings = get_settings()
            # Of its own, as a connection belongs to one event loop, and workers have no lifespan.
            async with Redis.from_url(settings.redis_url.get_secret_value()) as redis:
                await Cache(redis, settings.cache_seconds).forget(*topics)


_CHANGED = "changed topics"


def mark_changed(session: Session, topic: str) -> None:
    """Have the topic dropped when this session is closed."""
    session.info.setdefault(_CHANGED, set()).add(topic)


def _reason(exc: Exception) -> str:
    return f"{type(exc).__name__}: {exc}"  # the repr of a redis 8 error says little
