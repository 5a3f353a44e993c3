"""ETags: the version that a client has seen (RFC 9110, 8.8.3 and 13.1)."""

import re

from fastapi import Request
from fastapi.responses import JSONResponse
from sqlalchemy.orm.exc import StaleDataError

from app.core.errors import AppError

_TAG = re.compile(r'(W/)?("[^"]*")')
_CHANGED = "Changed by somebody else"


def etag(row_id: int, version: int) -> str:
    """Return the strong tag of a row's version; without the id, two users' accounts share tags."""
    return f'"{row_id}-{version}"'


def matches(header: str, current: str, *, weak: bool) -> bool:
    """Say whether a list of tags, or `*`, names the current one.

    `weak` is how If-None-Match compares; If-Match must not take a weak tag.
    """
    if header.strip() == "*":
        return True
    return any(tag == current and (weak or not is_weak) for is_weak, tag in _TAG.findall(header))


def require_match(if_match: str | None, current: str) -> None:
    """Raise 428 without the header, 412 where the client has seen another version."""
    if if_match is None:
        raise AppError("Send If-Match with the ETag of what you have seen", 428)
    if not matches(if_match, current, weak=False):
        raise AppError(_CHANGED, 412)


async def stale_data(_request: Request, _exc: StaleDataError) -> JSONResponse:
    """Answer who read the same version and wrote a moment later."""
    return JSONResponse({"error": _CHANGED}, 412)
