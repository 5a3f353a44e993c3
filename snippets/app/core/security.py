"""Passwords (pwdlib) and tokens (PyJWT)."""

from datetime import UTC, datetime, timedelta
from unicodedata import normalize
from uuid import uuid4

import jwt
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.core.config import get_settings
from app.core.errors import NotAuthenticatedError

# OWASP Password Storage Cheat Sheet: Argon2id, 19 MiB, two passes, one lane.
_hasher = PasswordHash((Argon2Hasher(memory_cost=19_456, time_cost=2, parallelism=1),))


def hash_password(password: str) -> str:
    """Return an Argon2id hash; takes tens of milliseconds, so never on the event loop."""
    return _hasher.hash(normalize("NFC", password))  # as "é" may be one character or two


def verify_password(password: str, password_hash: str) -> bool:
    """Say whether the password matches this hash; as slow as hashing."""
    return _hasher.verify(normalize("NFC", password), password_hash)


def create_access_token(user_id: int) -> str:
    """Return a signed token that names the user and expires."""
    settings = get_settings()
    expires = datetime.now(UTC) + timedelta(minutes=settings.jwt_exp_minutes)
    # jti: else two tokens of one second are one, and nobody can revoke either alone.
    claims = {"sub": str(user_id), "exp": expires, "jti": uuid4().hex}
    return jwt.encode(claims, settings.jwt_secret.get_secret_value(), algorithm="HS256")


def decode_access_token(token: str) -> int:
    """Return the user's id; raise `NotAuthenticatedError` for any token that is not ours."""
    try:
        claims = jwt.decode(
            token,
            get_settings().jwt_secret.get_secret_value(),
            algorithms=["HS256"],
            options={"require": ["exp", "sub"]},
        )
        return int(claims["sub"])
    except (jwt.InvalidTokenError, ValueError, RecursionError) as exc:  # the last: PyJWT < 2.14
        raise NotAuthenticatedError from exc
