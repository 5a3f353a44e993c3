"""Who may do what."""

from collections.abc import Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.permissions import PERMISSIONS, ROLES, Permission, Role
from app.models import User
from app.services.users import NotAllowedError, UserNotFoundError


def permissions_of(user: User) -> AbstractSet[Permission]:
    """Return what a user may do. A stored role that the code no longer knows may do nothing."""
    return PERMISSIONS if user.is_admin else ROLES.get(user.role or "", frozenset())


def may(user: User, permission: Permission) -> bool:
    """Say whether a user may do something."""
    return permission in permissions_of(user)


async def change_role(session: AsyncSession, viewer: User, user_id: int, role: Role | None) -> User:
    """Give a user a role, or none; raise `UserNotFoundError`, `NotAllowedError`.

    Nobody gives or takes what they may not do themselves: else `roles:change` is every permission.
    """
    statement = select(User).where(User.id == user_id).with_for_update()
    user = await session.scalar(statement.execution_options(populate_existing=True))
    if user is None:
        raise UserNotFoundError
    touched = permissions_of(user) | ROLES.get(role or "", frozenset())
    if not touched <= permissions_of(viewer):
        raise NotAllowedError
    user.role = role
    return user
