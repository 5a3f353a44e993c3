"""A bell between processes: PUBLISH after the commit."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog import get_logger

from app.core.bell import after_commits
from app.core.config import get_settings

logger = get_logger()
CHANNEL = "products"
SECONDS = 1.0  # between attempts; meanwhile the readers look by themselves
_UNAVAILABLE = (RedisError, OSError)  # TimeoutError is an OSError


@asynccontextmanager
async def shared_bell(ring: Callable[[], None]) -> AsyncIterator[None]:
    """Ring for commits of every process, over two connections to the store."""
    committed = asyncio.Event()
    async with Redis.from_url(get_settings().redis_url.get_secret_value()) as redis:
        tasks = [
            asyncio.create_task(_tell(redis, committed)),
            asyncio.create_task(_hear(redis, ring)),
        ]
        try:
            with after_commits(committed.set):
                yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _tell(redis: Redis, committed: asyncio.Event) -> None:
    """Tell all others of commits, of several at once where they come quickly."""
    while True:
        await committed.wait()
        committed.clear()
        try:
            async with asyncio.timeout(SECONDS):
                await redis.publish(CHANNEL, b"")
        except _UNAVAILABLE as exc:
            logger.warning("bell_not_rung", reason=f"{type(exc).__name__}: {exc}")


async def _hear(redis: Redis, ring: Callable[[], None]) -> None:
    """Ring for what is told; also when the subscription begins: something may have been missed."""
    while True:
        try:
            async with redis.pubsub() as pubsub:
                await pubsub.subscribe(CHANNEL)
                async for _ in pubsub.listen():
                    ring()
        except _UNAVAILABLE as exc:
            logger.warning("bell_not_heard", reason=f"{type(exc).__name__}: {exc}")
        await asyncio.sleep(SECONDS)
