"""The caller, whose address is proven."""

from typing import Annotated

from fastapi import Depends

from app.api.deps import CurrentUser
from app.core.errors import AppError
from app.models import User


class NotVerifiedError(AppError):
    """Nobody has shown that the address is the caller's."""

    status_code = 403
    msg = "Address not verified"


async def get_verified_user(user: CurrentUser) -> User:
    """Return the caller; answer 403 until their address is proven."""
    if user.email_verified_at is None:
        raise NotVerifiedError
    return user


VerifiedUser = Annotated[User, Depends(get_verified_user)]
