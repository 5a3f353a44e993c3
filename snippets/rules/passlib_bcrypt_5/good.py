"""Hashes of passwords."""

from pwdlib import PasswordHash

_hasher = PasswordHash.recommended()


def hash_password(password: str) -> str:
    """Return what to store for a password."""
    return _hasher.hash(password)


def verify_password(password: str, password_hash: str) -> bool:
    """Say whether the password made this hash."""
    return _hasher.verify(password, password_hash)
