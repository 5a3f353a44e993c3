"""Errors that a client is told about."""

from collections.abc import Mapping


class AppError(Exception):
    """Raise it anywhere: the answer is `status_code` with `{"error": msg}`."""

    def __init__(
        self, msg: str, status_code: int = 400, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(msg)
        self.msg = msg
        self.status_code = status_code
        self.headers = headers


class NotAuthenticatedError(AppError):
    """The token or the password is not right; which of the two it was, nobody is told."""

    def __init__(self, msg: str = "Invalid credentials") -> None:
        super().__init__(msg, 401, {"WWW-Authenticate": "Bearer"})
