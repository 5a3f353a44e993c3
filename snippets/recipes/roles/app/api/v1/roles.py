"""Roles: give, take, and what the caller may do."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from app.api.deps import CurrentUser, SessionDep, forbid_caches
from app.api.errors import documented
from app.api.permissions import require
from app.core.errors import NotAuthenticatedError
from app.models import User
from app.models.base import MAX_ID
from app.schemas.role import OwnPermissions, RoleChange
from app.services import roles
from app.services.users import NotAllowedError, UserNotFoundError

router = APIRouter(prefix="/users", tags=["roles"], dependencies=[Depends(forbid_caches)])


@router.get("/own/permissions", responses=documented(NotAuthenticatedError))
async def list_own_permissions(viewer: CurrentUser) -> OwnPermissions:
    """List what the caller may do."""
    return OwnPermissions(permissions=sorted(roles.permissions_of(viewer)))


@router.put(
    "/{user_id}/role",
    status_code=204,
    responses=documented(NotAuthenticatedError, NotAllowedError, UserNotFoundError),
)
async def change_role(
    user_id: Annotated[int, Path(ge=1, le=MAX_ID)],
    change: RoleChange,
    session: SessionDep,
    viewer: Annotated[User, require("roles:change")],
) -> None:
    """Give somebody a role, or none."""
    await roles.change_role(session, viewer, user_id, change.role)
