"""Passwords (pwdlib) and tokens (PyJWT)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from unicodedata import normalize
from uuid import uuid4

import jwt
from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
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
    try:
        return _hasher.verify(normalize("NFC", password), password_hash)
    except UnknownHashError:  # of an account that logs in elsewhere, "!" say: none fits
        _hasher.hash(password)  # as slow as for the others
        return False


@dataclass(frozen=True)
class Claims:
    """Whom a token names, and the stamp of the password that it was given for."""

    user_id: int
    stamp: object


def stamp_of(password_hash: str) -> str:
    """Return what tells this password from the next; the hash has a random salt, so no more."""
    return sha256(password_hash.encode()).hexdigest()[:16]


def create_access_token(user_id: int, stamp: str | None = None) -> str:
    """Return a signed token that names the user and expires; a stamp ends it with its password."""
    settings = get_settings()
    expires = datetime.now(UTC) + timedelta(minutes=settings.jwt_exp_minutes)
    # jti: else two tokens of one second are one, and nobody can revoke either alone.
    claims = {"sub": str(user_id), "exp": expires, "jti": uuid4().hex, "pwd": stamp}
    return jwt.encode(claims, settings.jwt_secret.get_secret_value(), algorithm="HS256")


def decode_access_token(token: str) -> Claims:
    """Return what a token says; raise `NotAuthenticatedError` for any that is not ours."""
    key = get_settings().jwt_secret.get_secret_value()
    try:
        claims = jwt.decode(token, key, algorithms=["HS256"], options={"require": ["exp", "sub"]})
        return Claims(int(claims["sub"]), claims.get("pwd"))
    # Before 2.14 PyJWT itself fails on an odd `exp`, and on a header that is deeply nested.
    except (jwt.InvalidTokenError, ArithmeticError, RecursionError, TypeError, ValueError) as exc:
        raise NotAuthenticatedError from exc
