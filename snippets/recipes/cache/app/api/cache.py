"""The cache of the application, and answers from it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Response
from redis.asyncio import Redis
from starlette.requests import HTTPConnection

from app.core.cache import Cache
from app.core.config import get_settings


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, Cache]]:
    """Make the cache, which connects at the first request."""
    settings = get_settings()
    url = settings.redis_url.get_secret_value()
    async with Redis.from_url(url) as redis:
        yield {"cache": Cache(redis, settings.cache_seconds)}


cache_router = APIRouter(lifespan=lifespan)


async def get_cache(connection: HTTPConnection) -> Cache:
    """Return the cache that the lifespan made."""
    cache: Cache = connection.state.cache
    return cache


CacheDep = Annotated[Cache, Depends(get_cache)]


class StoredJSON(Response):
    """Bytes that are JSON already: sent as they are, neither validated nor serialised again."""

    media_type = "application/json"
