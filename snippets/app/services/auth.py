"""Who is calling."""

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

# The one import to change for python-jose and passlib: app.core.security_jose.
from app.core import security
from app.core.errors import NotAuthenticatedError
from app.models import User
from app.models.base import MAX_ID
from app.schemas.user import Credentials

# Hashing is work for a processor: one is left to the event loop.
_hashing = ThreadPoolExecutor(max(1, (os.cpu_count() or 2) - 1), thread_name_prefix="hashing")
_dummy_hash = security.hash_password("no account has this password")


async def hash_password(password: str) -> str:
    """Hash in a thread, while the event loop serves others."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_hashing, security.hash_password, password)


async def verify_password(password: str, password_hash: str) -> bool:
    """Verify in a thread, while the event loop serves others."""
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_hashing, security.verify_password, password, password_hash)


async def log_in(session: AsyncSession, email: str, password: str) -> str:
    """Return an access token; raise `NotAuthenticatedError`."""
    return security.create_access_token((await authenticate(session, email, password)).id)


async def authenticate(session: AsyncSession, email: str, password: str) -> User:
    """Return the user; raise `NotAuthenticatedError`, equally slow for unknown accounts."""
    try:
        credentials = Credentials.model_validate({"email": email, "password": password})
    except ValidationError:
        raise NotAuthenticatedError from None
    user = await session.scalar(select(User).where(User.email == credentials.email))
    await session.close()  # give the connection back before the slow part
    if not await verify_password(password, user.password_hash if user else _dummy_hash) or not user:
        raise NotAuthenticatedError
    return user


async def get_token_user(session: AsyncSession, token: str) -> User:
    """Return the user a token names; raise `NotAuthenticatedError`."""
    user_id = security.decode_access_token(token)
    user = await session.get(User, user_id) if 0 < user_id <= MAX_ID else None
    if user is None:
        raise NotAuthenticatedError
    return user
