"""Requests to another service: short, few at a time, sent again only where that is safe."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial

import stamina
from httpx import (
    AsyncClient,
    ConnectError,
    ConnectTimeout,
    HTTPStatusError,
    Limits,
    NetworkError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    RequestError,
    Response,
    Timeout,
    TimeoutException,
)
from structlog import get_logger

from app.core.errors import AppError

logger = get_logger()

_IDEMPOTENT = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
_PASSING = {429, 502, 503, 504}
_LONGEST_PAUSE = 2  # seconds; for a longer Retry-After nobody waits

_send_again = stamina.AsyncRetryingCaller(
    attempts=3, timeout=None, wait_initial=0.1, wait_max=1, wait_jitter=0.2
)


class UpstreamTimeoutError(AppError):
    """The other service took too long."""

    status_code = 504
    msg = "Another service did not answer in time"


class UpstreamFailedError(AppError):
    """The other service failed, or answered what nobody understands."""

    status_code = 502
    msg = "Another service failed"


def create_client(base_url: str) -> AsyncClient:
    """Return the client that all requests share; whoever makes it closes it."""
    return AsyncClient(
        base_url=base_url,
        timeout=Timeout(2, pool=1),  # for each step: a body that drips takes any time
        # Less than the 5 s of most servers: a POST on a connection that the server is just closing
        # fails, and is not sent again.
        limits=Limits(max_connections=20, max_keepalive_connections=20, keepalive_expiry=3),
    )


async def call(client: AsyncClient, request: Request, seconds: float = 5) -> Response:
    """Return the answer, of any status below 500 but 429, after so many seconds at most.

    Raises `UpstreamTimeoutError` or `UpstreamFailedError`.
    """
    may_help = partial(_may_help, idempotent=request.method in _IDEMPOTENT)
    try:
        async with asyncio.timeout(seconds):  # all tries and pauses together
            return await _send_again(may_help, _send, client, request)
    except (TimeoutError, TimeoutException) as exc:
        logger.warning("upstream_too_slow", host=request.url.host, reason=repr(exc))
        raise UpstreamTimeoutError from exc
    except (RequestError, HTTPStatusError) as exc:
        logger.warning("upstream_failed", host=request.url.host, reason=repr(exc))
        raise UpstreamFailedError from exc


async def _send(client: AsyncClient, request: Request) -> Response:
    response = await client.send(request)
    if response.is_server_error or response.status_code == 429:
        response.raise_for_status()
    return response


def _may_help(exc: Exception, *, idempotent: bool) -> bool | float:
    """Say whether to send the request again; a number is after how many seconds."""
    if isinstance(exc, ConnectError | ConnectTimeout):
        return True  # nothing was sent
    if not idempotent:
        return False  # the work may be done, though the answer is lost
    if isinstance(exc, HTTPStatusError) and exc.response.status_code in _PASSING:
        pause = _retry_after(exc.response)
        return True if pause is None else pause <= _LONGEST_PAUSE and pause
    return isinstance(exc, NetworkError | ReadTimeout | RemoteProtocolError)


def _retry_after(response: Response) -> float | None:
    """Read the header, which holds seconds or a date."""
    value = response.headers.get("retry-after", "")
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):  # no date, or one without a zone
        return None
