"""What comes of a request: an answer, or an error that a server would make a 500 of."""

from collections.abc import Awaitable

import httpx
from sqlalchemy.exc import SQLAlchemyError


async def outcome(request: Awaitable[httpx.Response]) -> int | str:
    """Return the status of the answer, or what the endpoint's exception says."""
    try:
        return (await request).status_code
    except (SQLAlchemyError, RuntimeError) as error:
        return str(error)
