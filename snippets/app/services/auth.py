"""Who is calling."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core import security
from app.core.errors import NotAuthenticatedError, TooBusyError
from app.models import User
from app.models.base import MAX_ID
from app.schemas.user import Credentials

T = TypeVar("T")
# Hashing is work for a processor: one is left to the event loop.
_hashing = CapacityLimiter(max(1, (os.cpu_count() or 2) - 1))
# Who hashes or waits for it, for a second or two: behind a longer queue clients give up.
_queue = CapacityLimiter(20 * _hashing.total_tokens)
_dummy_hash = security.hash_password("no account has this password")


@dataclass
class VerifiedUser:
    """Whose password was right, and the hash that it was compared with."""

    id: int
    password_hash: str = field(repr=False)


async def in_turn(hashing: Callable[..., T], *texts: str) -> T:
    """Hash in a thread, while the event loop serves others; raise `TooBusyError`."""
    if not _queue.available_tokens:
        raise TooBusyError
    async with _queue:
        return await to_thread.run_sync(hashing, *texts, limiter=_hashing)


async def hash_password(password: str) -> str:
    """Hash as `security` does; raise `TooBusyError`."""
    return await in_turn(security.hash_password, password)


async def verify_password(password: str, password_hash: str) -> bool:
    """Verify as `security` does; raise `TooBusyError`."""
    return await in_turn(security.verify_password, password, password_hash)


async def log_in(sessionmaker: async_sessionmaker[AsyncSession], email: str, password: str) -> str:
    """Return an access token; raise `NotAuthenticatedError`."""
    return access_token(await authenticate(sessionmaker, email, password))


def access_token(user: VerifiedUser | User) -> str:
    """Return a token that ends with the password of today."""
    return security.create_access_token(user.id, security.stamp_of(user.password_hash))


async def authenticate(
    sessionmaker: async_sessionmaker[AsyncSession], email: str, password: str
) -> VerifiedUser:
    """Return who this is; raise `NotAuthenticatedError`, equally slow for unknown accounts.

    Its session is its own, and ends before the slow part: no connection is held while hashing.
    """
    try:
        credentials = Credentials.model_validate({"email": email, "password": password})
    except ValidationError:
        raise NotAuthenticatedError from None
    async with sessionmaker() as session:
        user = await session.scalar(select(User).where(User.email == credentials.email))
    if not await verify_password(password, user.password_hash if user else _dummy_hash) or not user:
        raise NotAuthenticatedError
    return VerifiedUser(user.id, user.password_hash)


async def get_token_user(session: AsyncSession, token: str) -> User:
    """Return the user a token names; raise `NotAuthenticatedError`, also after a new password."""
    claims = security.decode_access_token(token)
    user = await session.get(User, claims.user_id) if 0 < claims.user_id <= MAX_ID else None
    if user is None or claims.stamp not in (None, security.stamp_of(user.password_hash)):
        raise NotAuthenticatedError
    return user
