"""Accounts."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import is_our_fault
from app.core.errors import AppError
from app.models import User
from app.schemas.user import UserCreate
from app.services import auth


class EmailTakenError(AppError):
    """Another account has this address."""

    status_code = 409
    msg = "Email taken"


class NotAllowedError(AppError):
    """The caller is neither the account's owner nor an admin."""

    status_code = 403
    msg = "Not allowed"


class UserNotFoundError(AppError):
    """There is no such account."""

    status_code = 404
    msg = "User not found"


async def create_user(session: AsyncSession, data: UserCreate) -> User:
    """Add an account; raise `EmailTakenError`, also for the loser of a race."""
    user = User(
        email=data.email,
        full_name=data.full_name,
        password_hash=await auth.hash_password(data.password.get_secret_value()),
    )
    session.add(user)
    try:
        await session.flush()  # the unique constraint decides: a SELECT before it would race
    except IntegrityError as exc:
        if is_our_fault(exc):
            raise
        raise EmailTakenError from exc
    return user


async def get_user(session: AsyncSession, user_id: int, viewer: User) -> User:
    """Return an account to its owner or an admin; a stranger learns nothing about it."""
    if viewer.id != user_id and not viewer.is_admin:
        raise NotAllowedError
    user = await session.get(User, user_id)
    if user is None:
        raise UserNotFoundError
    return user
