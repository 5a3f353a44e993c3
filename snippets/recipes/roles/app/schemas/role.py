"""Roles as clients send and see them."""

from pydantic import BaseModel

from app.core.permissions import Permission, Role


class RoleChange(BaseModel):
    """The role that a user shall have; null takes theirs away."""

    role: Role | None


class OwnPermissions(BaseModel):
    """What the caller may do, for a client that hides the rest."""

    permissions: list[Permission]
