"""Rate limits: 429 with `Retry-After`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import IPv6Address, IPv6Network, ip_address

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


def network_of(address: str) -> str:
    """Return what counts as one client: an IPv4 address, or the /64 that an IPv6 customer has."""
    try:
        ip = ip_address(address)
    except ValueError:  # of a test, or a socket in the file system
        return address
    if not isinstance(ip, IPv6Address):
        return address
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(IPv6Network((int(ip), 64), strict=False).network_address)


async def limit_logins(request: Request) -> None:
    """Count a request that takes a password, with all others of this client.

    Behind a proxy the address is right only with `--proxy-headers`.
    """
    limiter: RateLimiter = request.state.rate_limiter
    client = network_of(request.client.host) if request.client else "unknown"
    if seconds := await limiter.hit(get_settings().login_limit, "login", client):
        raise TooManyRequestsError(seconds)


login_limit = Depends(limit_logins)
