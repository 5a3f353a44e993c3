"""Rate limits: 429 with `Retry-After`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI, Request
from redis.asyncio import Redis

from app.core.config import get_settings
from app.core.errors import AppError
from app.core.rate_limit import RateLimiter


class TooManyRequestsError(AppError):
    """The client's address asks too often."""

    status_code = 429
    msg = "Too many requests"

    def __init__(self, seconds: int) -> None:
        super().__init__()
        self.headers = {"Retry-After": str(seconds)}


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, RateLimiter]]:
    """Make the limiter, which connects at the first request."""
    async with Redis.from_url(get_settings().redis_url.get_secret_value()) as redis:
        yield {"rate_limiter": RateLimiter(redis)}


rate_limits = APIRouter(lifespan=lifespan)


async def limit_logins(request: Request) -> None:
    """Count a login of this address, which is right behind a proxy only with `--proxy-headers`."""
    limiter: RateLimiter = request.state.rate_limiter
    address = request.client.host if request.client else "unknown"
    if seconds := await limiter.hit(get_settings().login_limit, "login", address):
        raise TooManyRequestsError(seconds)


login_limit = Depends(limit_logins)
