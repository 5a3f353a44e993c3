"""ETags: the version that a client has seen (RFC 9110, 8.8.3 and 13.1)."""

import re
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.responses import JSONResponse
from sqlalchemy.orm.exc import StaleDataError

from app.core.errors import AppError

_ELEMENT = re.compile(r'[ \t]*(?:(W/)?("[\x21\x23-\x7e\x80-\xff]*")[ \t]*)?(?:,|\Z)')


class BadTagsError(AppError):
    """The header is no list of tags; what could be read of it may not be what was meant."""

    msg = "If-Match and If-None-Match take * or a list of ETags"


class NoIfMatchError(AppError):
    """A change that does not say which version it is for."""

    status_code = 428
    msg = "Send If-Match with the ETag of what you have seen"


class ChangedMeanwhileError(AppError):
    """The client has seen another version."""

    status_code = 412
    msg = "Changed by somebody else"


async def read_if_match(if_match: Annotated[list[str] | None, Header()] = None) -> str | None:
    """Join the lines of the header, of which there may be several."""
    return None if if_match is None else ", ".join(if_match)


async def read_if_none_match(
    if_none_match: Annotated[list[str] | None, Header()] = None,
) -> str | None:
    """Join the lines of the header, of which there may be several."""
    return None if if_none_match is None else ", ".join(if_none_match)


IfMatch = Annotated[str | None, Depends(read_if_match)]
IfNoneMatch = Annotated[str | None, Depends(read_if_none_match)]


def etag(row_id: int, version: int) -> str:
    """Return the strong tag of a row's version; without the id, two users' accounts share tags."""
    return f'"{row_id}-{version}"'


def matches(header: str, current: str, *, weak: bool) -> bool:
    """Say whether a list of tags, or `*`, names the current one; raise `BadTagsError`.

    `weak` is how If-None-Match compares; If-Match must not take a weak tag.
    """
    if header.strip(" \t") == "*":
        return True
    return any(tag == current and (weak or not is_weak) for is_weak, tag in _tags(header))


def _tags(header: str) -> list[tuple[bool, str]]:
    """Return whether each tag is weak, and the tag. Elements may be empty, but not all."""
    tags: list[tuple[bool, str]] = []
    place = 0
    while place < len(header):
        element = _ELEMENT.match(header, place)
        if element is None:
            raise BadTagsError
        if element[2]:
            tags.append((element[1] is not None, element[2]))
        place = element.end()
    if not tags:
        raise BadTagsError
    return tags


def require_match(if_match: str | None, current: str) -> None:
    """Raise `NoIfMatchError`, or `ChangedMeanwhileError` for another version."""
    if if_match is None:
        raise NoIfMatchError
    if not matches(if_match, current, weak=False):
        raise ChangedMeanwhileError


async def stale_data(_request: Request, _exc: StaleDataError) -> JSONResponse:
    """Answer 412 to the second of two who change the same version."""
    return JSONResponse({"error": ChangedMeanwhileError.msg}, ChangedMeanwhileError.status_code)
