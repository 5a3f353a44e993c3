"""Passwords and tokens."""

import os
from datetime import UTC, datetime, timedelta

import jwt
from pwdlib import PasswordHash

_hasher = PasswordHash.recommended()


def hash_password(password: str) -> str:
    """Return what to store for a password."""
    return _hasher.hash(password)


def verify_password(password: str, password_hash: str) -> bool:
    """Say whether the password made this hash."""
    return _hasher.verify(password, password_hash)


def create_token(subject: str) -> str:
    """Return a signed token for an hour."""
    claims = {"sub": subject, "exp": datetime.now(UTC) + timedelta(hours=1)}
    return jwt.encode(claims, os.environ["JWT_SECRET"], algorithm="HS256")


def decode_token(token: str) -> str:
    """Return the subject of a token."""
    options = {"require": ["exp", "sub"]}
    claims = jwt.decode(token, os.environ["JWT_SECRET"], algorithms=["HS256"], options=options)
    return claims["sub"]
