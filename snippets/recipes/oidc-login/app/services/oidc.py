"""Whose account it is that a provider speaks of."""

import secrets
from uuid import uuid4

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from app.core import security
from app.core.config import get_settings
from app.core.db import is_our_fault
from app.core.errors import AppError
from app.models import OidcIdentity, RefreshToken, User
from app.models.base import utc_now
from app.schemas.oidc import Claims
from app.schemas.session import TokenPair
from app.services import sessions

logger = get_logger()
# Of accounts without a password; nobody knows one that fits.
_NO_PASSWORD = security.hash_password(secrets.token_urlsafe(32))


class AddressNotProvenError(AppError):
    """The provider does not vouch for the address."""

    status_code = 403
    msg = "Verify your address at the login provider first"


class AddressTakenError(AppError):
    """The account of this address is somebody else's at the provider, or is just being made."""

    status_code = 409
    msg = "Another login has this address"


async def log_in(session: AsyncSession, claims: Claims) -> TokenPair:
    """Begin a session of whom the provider names, with a new account if they have none.

    Raises `AddressNotProvenError` and `AddressTakenError`.
    """
    issuer = get_settings().oidc_issuer
    known = OidcIdentity.issuer == issuer, OidcIdentity.subject == claims.sub
    statement = select(User).join(OidcIdentity, OidcIdentity.user_id == User.id).where(*known)
    user = await session.scalar(statement)
    if user is None:
        user = await _account(session, claims)
        session.add(OidcIdentity(user_id=user.id, issuer=issuer, subject=claims.sub))
        try:
            await session.flush()
        except IntegrityError as exc:
            raise AddressTakenError from exc
    await _make_first_admin(session, user, claims)
    return await sessions.issue(session, user.id, uuid4().hex)


async def _account(session: AsyncSession, claims: Claims) -> User:
    """Return the account of a proven address, or a new one."""
    if claims.email is None or not claims.email_verified:
        raise AddressNotProvenError  # or anybody writes another's address into their profile
    found = select(User).where(User.email == claims.email).with_for_update(key_share=True)
    user = await session.scalar(found)
    if user is None:
        name = claims.name or claims.email.partition("@")[0]
        user = User(email=claims.email, full_name=name[:100], password_hash=_NO_PASSWORD)
        session.add(user)
    elif user.email_verified_at is None:
        # A trap, maybe: whoever set this password never showed that the address is theirs.
        user.password_hash = _NO_PASSWORD
        await session.execute(delete(RefreshToken).where(RefreshToken.user_id == user.id))
    user.email_verified_at = user.email_verified_at or utc_now()
    try:
        await session.flush()
    except IntegrityError as exc:
        if is_our_fault(exc):
            raise
        raise AddressTakenError from exc
    return user


async def _make_first_admin(session: AsyncSession, user: User, claims: Claims) -> None:
    """Make the one of the settings an admin, while there is none: nobody is by coming first."""
    wanted = get_settings().first_admin.lower()
    if not wanted or not claims.email_verified or not (claims.email == user.email == wanted):
        return
    if await session.scalar(select(User.id).where(User.is_admin).limit(1)) is None:
        user.is_admin = True
        logger.warning("first_admin", user_id=user.id)
