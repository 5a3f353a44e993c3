"""Passwords of new accounts."""

import bcrypt
from pydantic import BaseModel, Field


class NewAccount(BaseModel):
    """What somebody signs up with."""

    email: str
    password: str = Field(min_length=12, max_length=64)


def hash_password(password: str) -> str:
    """Return what to store for a password."""
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()


def verify_password(password: str, password_hash: str) -> bool:
    """Say whether the password made this hash."""
    return bcrypt.checkpw(password.encode(), password_hash.encode())
