"""Accounts: sign up, look up."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from app.api.deps import CurrentUser, SessionDep, forbid_caches
from app.api.errors import documented
from app.core.errors import NotAuthenticatedError, TooBusyError
from app.models import User
from app.models.base import MAX_ID
from app.schemas.user import UserCreate, UserOut
from app.services import users

router = APIRouter(prefix="/users", tags=["users"], dependencies=[Depends(forbid_caches)])


@router.post(
    "",
    response_model=UserOut,
    status_code=201,
    responses=documented(users.EmailTakenError, TooBusyError),
)
async def create_user(data: UserCreate, session: SessionDep) -> User:
    """Sign up."""
    return await users.create_user(session, data)


@router.get(
    "/{user_id}",
    response_model=UserOut,
    responses=documented(NotAuthenticatedError, users.NotAllowedError, users.UserNotFoundError),
)
async def get_user(
    user_id: Annotated[int, Path(ge=1, le=MAX_ID)], session: SessionDep, viewer: CurrentUser
) -> User:
    """Return the caller's own account, or any to an admin."""
    return await users.get_user(session, user_id, viewer)
