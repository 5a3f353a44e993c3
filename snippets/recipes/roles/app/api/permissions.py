"""The dependency that asks for a permission."""

from fastapi import Security
from fastapi.security import SecurityScopes

from app.api.deps import CurrentUser
from app.core.permissions import Permission
from app.models import User
from app.services.roles import permissions_of
from app.services.users import NotAllowedError


async def allowed(wanted: SecurityScopes, viewer: CurrentUser) -> User:
    """Return the caller, who has every permission that the endpoint asks for; else answer 403.

    The caller was read for this request: who has lost a role has lost it at once.
    """
    if not set(wanted.scopes) <= permissions_of(viewer):
        raise NotAllowedError
    return viewer


def require(permission: Permission) -> object:
    """Return the dependency; the OpenAPI document names the permission as a scope."""
    return Security(allowed, scopes=[permission])
