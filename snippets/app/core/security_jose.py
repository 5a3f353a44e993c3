"""Passwords (passlib), tokens (jose)."""

from datetime import UTC, datetime, timedelta

from jose import JWTError, jwt  # fastapi-pro: ignore[unmaintained-auth-libraries] for older code
from passlib.context import CryptContext  # fastapi-pro: ignore[unmaintained-auth-libraries] too

from app.core.config import get_settings
from app.core.errors import NotAuthenticatedError

# Not "bcrypt": passlib 1.7.4 fails with bcrypt 5 for every password.
_hasher = CryptContext(
    schemes=["argon2"],
    argon2__type="ID",
    argon2__memory_cost=19_456,
    argon2__time_cost=2,
    argon2__parallelism=1,
)


def hash_password(password: str) -> str:
    """Return an Argon2id hash; takes tens of milliseconds, so never on the event loop."""
    return _hasher.hash(password)


def verify_password(password: str, password_hash: str) -> bool:
    """Say whether the password made this hash; as slow as hashing."""
    return _hasher.verify(password, password_hash)


def create_access_token(user_id: int) -> str:
    """Return a signed token that names the user and expires."""
    settings = get_settings()
    expires = datetime.now(UTC) + timedelta(minutes=settings.jwt_exp_minutes)
    claims = {"sub": str(user_id), "exp": expires}
    return jwt.encode(claims, settings.jwt_secret.get_secret_value(), algorithm="HS256")


def decode_access_token(token: str) -> int:
    """Return the user's id; raise `NotAuthenticatedError` for any token that is not ours."""
    try:
        claims = jwt.decode(
            token,
            get_settings().jwt_secret.get_secret_value(),
            algorithms=["HS256"],
            options={"require_exp": True, "require_sub": True},
        )
        return int(claims["sub"])
    except (JWTError, ArithmeticError, RecursionError, TypeError, ValueError) as exc:
        raise NotAuthenticatedError from exc
