"""Links that prove an address: to verify it, to choose a new password."""

import hashlib
import secrets
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from structlog import get_logger

from app.core import mail
from app.core.config import get_settings
from app.core.errors import AppError
from app.models import LinkToken, RefreshToken, User
from app.models.base import utc_now
from app.schemas.link import Purpose
from app.services import auth
from app.services.mails import compose
from app.services.outbox import add_message

logger = get_logger()
LIFETIMES: dict[Purpose, timedelta] = {
    "verify": timedelta(days=1),
    "reset": timedelta(minutes=30),
}
PAUSE = timedelta(minutes=1)  # between two mails: nobody fills a stranger's mailbox


class DeadLinkError(AppError):
    """The token is unknown, used, too old, for something else, or of a former address."""

    status_code = 400
    msg = "This link no longer works"


async def ask_for_link(session: AsyncSession, purpose: Purpose, email: str) -> None:
    """Have a link sent, if there is such an account.

    Whether there is one is looked up by the worker: here it is the same work for all addresses.
    """
    await add_message(session, "send_link", {"purpose": purpose, "email": email})


async def send_link(session: AsyncSession, purpose: Purpose, email: str) -> None:
    """Send a link, the job of a worker. The token is made here: the outbox stores none."""
    user = await session.scalar(select(User).where(User.email == email))
    if user is None or (purpose == "verify" and user.email_verified_at):
        return
    now = utc_now()
    own = (LinkToken.user_id == user.id, LinkToken.purpose == purpose)
    if await session.scalar(
        select(func.max(LinkToken.id)).where(*own, LinkToken.created_at > now - PAUSE)
    ):
        return
    token = secrets.token_urlsafe(32)
    try:
        await mail.send(get_settings().smtp_url, compose(purpose, email, token))
    except mail.MailRefusedError:
        logger.warning("mail_refused", user_id=user.id)
        return
    # Written only now: no lock is held while the other server takes its time.
    old = LinkToken.created_at <= now - LIFETIMES[purpose]
    await session.execute(delete(LinkToken).where(*own, old))
    session.add(LinkToken(user_id=user.id, purpose=purpose, email=email, token_hash=digest(token)))
    await session.flush()


async def verify(session: AsyncSession, token: str) -> None:
    """Note that an address is proven; raise `DeadLinkError`."""
    user_id = await _use(session, "verify", token)
    change = update(User).where(User.id == user_id).values(email_verified_at=utc_now())
    await session.execute(change)


async def require_reset_link(session: AsyncSession, token: str) -> None:
    """Raise `DeadLinkError`, before anybody hashes a password for it."""
    if await session.scalar(select(LinkToken.id).where(*_alive("reset", token))) is None:
        raise DeadLinkError


async def reset_password(session: AsyncSession, token: str, password: str) -> None:
    """Set a new password, and end all sessions of the user; raise `DeadLinkError`.

    It hashes before its first query: call it with a session whose transaction has ended.
    """
    password_hash = await auth.hash_password(password)
    user_id = await _use(session, "reset", token)
    proven = func.coalesce(User.email_verified_at, utc_now())  # by this link, too
    values = {"password_hash": password_hash, "email_verified_at": proven}
    await session.execute(update(User).where(User.id == user_id).values(values))
    await session.execute(delete(RefreshToken).where(RefreshToken.user_id == user_id))


async def _use(session: AsyncSession, purpose: Purpose, token: str) -> int:
    """Return whose token it is, and spend all of theirs for this purpose."""
    owner = (User.id == LinkToken.user_id, User.email == LinkToken.email)
    account = select(User.id).join(LinkToken, and_(*owner)).where(*_alive(purpose, token))
    if (user_id := await session.scalar(account)) is None:
        raise DeadLinkError
    own = (LinkToken.user_id == user_id, LinkToken.purpose == purpose)
    spent = await session.scalars(delete(LinkToken).where(*own).returning(LinkToken.token_hash))
    if digest(token) not in spent.all():  # another request was first
        raise DeadLinkError
    return user_id


def _alive(purpose: Purpose, token: str) -> tuple[ColumnElement[bool], ...]:
    this = (LinkToken.token_hash == digest(token), LinkToken.purpose == purpose)
    return (*this, LinkToken.created_at > utc_now() - LIFETIMES[purpose])


def digest(token: str) -> str:
    """Return what is stored: 256 random bits need no slow hash and no salt."""
    return hashlib.sha256(token.encode()).hexdigest()
