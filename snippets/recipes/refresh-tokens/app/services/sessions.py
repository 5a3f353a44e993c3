"""Sessions: a login, and the refresh tokens that continue it."""

import hashlib
import secrets
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.config import get_settings
from app.core.errors import AppError, NotAuthenticatedError
from app.models import User
from app.models.base import utc_now
from app.models.refresh_token import RefreshToken
from app.schemas.session import TokenPair
from app.services import auth

Sessionmaker = async_sessionmaker[AsyncSession]
GRACE = timedelta(seconds=10)  # two tabs, or a request that was sent again, are no theft


class AlreadyRefreshedError(AppError):
    """Another request refreshed a moment ago: the client has the new token in its store."""

    status_code = 409
    msg = "Already refreshed"


class WrongPasswordError(AppError):
    """The old password is not right, or no longer."""

    status_code = 403
    msg = "Wrong password"


async def start(
    session: AsyncSession, sessionmaker: Sessionmaker, email: str, password: str
) -> TokenPair:
    """Log in; raise `NotAuthenticatedError`."""
    user = await auth.authenticate(sessionmaker, email, password)
    unchanged = (User.id == user.id, User.password_hash == user.password_hash)
    same = select(User.id).where(*unchanged).with_for_update(key_share=True)
    if await session.scalar(same) is None:  # deleted, or the password changed, while it was checked
        raise NotAuthenticatedError
    return await issue(session, user.id, uuid4().hex)


async def refresh(session: AsyncSession, token: str) -> TokenPair | None:
    """Exchange a token for new ones; return None where a used one returns, and end its family.

    None and no error: an error would roll back what ends the family. Raises
    `NotAuthenticatedError` for a token that is unknown, ended or expired, and
    `AlreadyRefreshedError` within the grace period.
    """
    found = await _lock(session, token)
    now = utc_now()
    if found is None or found.expires_at <= now:
        raise NotAuthenticatedError
    if found.used_at is None:
        found.used_at = now
        return await issue(session, found.user_id, found.family)
    if now - found.used_at < GRACE:
        raise AlreadyRefreshedError
    await _end_family(session, found)
    return None


async def end(session: AsyncSession, token: str) -> None:
    """Log out: end the family of a token, whichever of its tokens it is."""
    if found := await _lock(session, token):
        await _end_family(session, found)


async def change_password(
    session: AsyncSession, sessionmaker: Sessionmaker, email: str, old: str, new: str
) -> None:
    """Set a new password, and end all sessions of the user; raise `WrongPasswordError`.

    The old one is checked as at a login, so whatever counts failed logins counts it. It hashes
    before its first query: call it with a session whose transaction has ended.
    """
    try:
        user = await auth.authenticate(sessionmaker, email, old)
    except NotAuthenticatedError:
        raise WrongPasswordError from None
    unchanged = (User.id == user.id, User.password_hash == user.password_hash)
    change = update(User).where(*unchanged).values(password_hash=await auth.hash_password(new))
    connection = await session.connection()  # its result has a row count; MariaDB no RETURNING
    if (await connection.execute(change)).rowcount == 0:
        raise WrongPasswordError
    await session.execute(delete(RefreshToken).where(RefreshToken.user_id == user.id))


async def _lock(session: AsyncSession, token: str) -> RefreshToken | None:
    """Return the token, and let nobody else add or end tokens of its user meanwhile.

    A lock of the token alone is too little: what ends the family would not see the token that
    another transaction is just adding to it.
    """
    this = RefreshToken.token_hash == _digest(token)
    user_id = select(RefreshToken.user_id).where(this).scalar_subquery()
    await session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))
    return await session.scalar(select(RefreshToken).where(this).with_for_update())


async def _end_family(session: AsyncSession, token: RefreshToken) -> None:
    await session.execute(delete(RefreshToken).where(RefreshToken.family == token.family))


async def issue(session: AsyncSession, user_id: int, family: str) -> TokenPair:
    """Give a user, who has shown who they are, tokens of a new family or of an old one."""
    token, now = secrets.token_urlsafe(32), utc_now()
    expired = RefreshToken.expires_at <= now
    await session.execute(delete(RefreshToken).where(RefreshToken.user_id == user_id, expired))
    expires_at = now + timedelta(days=get_settings().refresh_exp_days)
    session.add(
        RefreshToken(
            user_id=user_id, family=family, token_hash=_digest(token), expires_at=expires_at
        )
    )
    await session.flush()
    user = await session.get_one(User, user_id, populate_existing=True)
    return TokenPair(access_token=auth.access_token(user), refresh_token=token)


def _digest(token: str) -> str:
    """Return what is stored: 256 random bits need no slow hash and no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
