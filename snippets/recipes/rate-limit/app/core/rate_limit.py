"""Limits that all workers share."""

import asyncio
import math
import time
from typing import Annotated

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import MovingWindowRateLimiter
from pydantic import BeforeValidator, InstanceOf
from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog import get_logger

__all__ = ["Limit", "RateLimiter", "parse"]

logger = get_logger()
STORE_SECONDS = 0.5  # what an absent store costs a request, at most


def read_limit(value: object) -> object:
    """Read "10/minute" or "100 per hour"; see limits.readthedocs.io."""
    return parse(value) if isinstance(value, str) else value


Limit = Annotated[InstanceOf[RateLimitItem], BeforeValidator(read_limit)]


class RateLimiter:
    """Counts in the store, one atomic script a request; without the store, each worker by itself.

    So a store that is away lets through as many times the limit as there are workers, and no
    request fails. A store that comes back without its data starts every window anew.
    """

    def __init__(self, redis: Redis) -> None:
        store = RedisStorage(
            "async+redis://",
            implementation="redispy",
            connection_pool=redis.connection_pool,  # type: ignore[arg-type] # documented, not typed
        )
        # Moving, as fixed windows admit twice the limit around their edge.
        self._shared = MovingWindowRateLimiter(store)
        self._own = MovingWindowRateLimiter(MemoryStorage())

    async def hit(self, limit: RateLimitItem, *key: str) -> int:
        """Count a request; return 0 if it may pass, else after how many seconds one will."""
        try:
            async with asyncio.timeout(STORE_SECONDS):
                return await _hit(self._shared, limit, *key)
        except (RedisError, OSError) as exc:  # TimeoutError is an OSError
            reason = f"{type(exc).__name__}: {exc}"  # the repr of redis-py 8 says little
            logger.warning("rate_limit_store_unavailable", reason=reason)
            return await _hit(self._own, limit, *key)


async def _hit(limiter: MovingWindowRateLimiter, limit: RateLimitItem, *key: str) -> int:
    if await limiter.hit(limit, *key):
        return 0
    free = await limiter.get_window_stats(limit, *key)
    return max(1, math.ceil(free.reset_time - time.time()))
