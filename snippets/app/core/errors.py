"""Errors that a client is told about."""

from collections.abc import Mapping


class AppError(Exception):
    """Raise a subclass anywhere: the answer is its `status_code` with `{"error": msg}`."""

    status_code = 400
    msg = "Bad request"
    headers: Mapping[str, str] | None = None

    def __init__(self) -> None:
        super().__init__(self.msg)


class NotAuthenticatedError(AppError):
    """The token or the password is wrong; the client is not told which."""

    status_code = 401
    msg = "Invalid credentials"
    headers: Mapping[str, str] | None = {"WWW-Authenticate": "Bearer"}


class TooBusyError(AppError):
    """More was asked at once than this process can do; nothing of it was begun."""

    status_code = 503
    msg = "Too busy"
    headers: Mapping[str, str] | None = {"Retry-After": "1"}
