"""Passwords of new accounts."""

from pwdlib import PasswordHash
from pydantic import BaseModel, Field

_hasher = PasswordHash.recommended()


class NewAccount(BaseModel):
    """What somebody signs up with."""

    email: str
    password: str = Field(min_length=12, max_length=64)


def hash_password(password: str) -> str:
    """Return what to store for a password."""
    return _hasher.hash(password)


def verify_password(password: str, password_hash: str) -> bool:
    """Say whether the password made this hash."""
    return _hasher.verify(password, password_hash)
