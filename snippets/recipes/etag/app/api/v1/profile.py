"""The caller's account: read it, change the version that was read."""

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from app.api.deps import CurrentUser, SessionDep
from app.api.errors import documented
from app.api.etags import (
    BadTagsError,
    ChangedMeanwhileError,
    IfMatch,
    IfNoneMatch,
    NoIfMatchError,
    etag,
    matches,
    require_match,
)
from app.core.errors import NotAuthenticatedError
from app.models import User
from app.schemas.text import Text
from app.schemas.user import UserOut

router = APIRouter(prefix="/profile", tags=["users"])


class ProfileChange(BaseModel):
    """What of an account its owner may change."""

    full_name: Text = Field(min_length=1, max_length=100)


@router.get(
    "",
    response_model=UserOut,
    responses=documented(BadTagsError, NotAuthenticatedError)
    | {304: {"description": "You have this version"}},
)
async def read_profile(
    user: CurrentUser, response: Response, if_none_match: IfNoneMatch
) -> User | Response:
    """Return the account with its ETag."""
    headers = _headers(user)
    if if_none_match is not None and matches(if_none_match, headers["ETag"], weak=True):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return user


@router.patch(
    "",
    response_model=UserOut,
    responses=documented(
        BadTagsError, NotAuthenticatedError, NoIfMatchError, ChangedMeanwhileError
    ),
)
async def change_profile(
    data: ProfileChange,
    session: SessionDep,
    user: CurrentUser,
    response: Response,
    if_match: IfMatch,
) -> User:
    """Change the account that the client has seen: 428 without If-Match, 412 for an old one."""
    require_match(if_match, etag(user.id, user.version))
    user.full_name = data.full_name
    await session.flush()  # UPDATE ... WHERE version = ?: the loser of a race changes no row
    response.headers.update(_headers(user))
    return user


def _headers(user: User) -> dict[str, str]:
    """Let the client alone keep the answer, and ask each time whether it is still the newest."""
    return {"Cache-Control": "private, no-cache", "ETag": etag(user.id, user.version)}
