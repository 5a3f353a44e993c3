"""New products as server-sent events (native since FastAPI 0.135, with a comment every 15 s)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from structlog import get_logger

from app.api.deps import SessionmakerDep, oauth2_scheme
from app.api.errors import documented
from app.core.errors import NotAuthenticatedError
from app.core.shutdown import word_of_shutdown
from app.services import auth
from app.services.new_products import (
    BadPositionError,
    Position,
    last_position,
    position_of,
    products_after,
    require_past,
)

logger = get_logger()
SECONDS_BETWEEN_LOOKS = 1.0


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, asyncio.Event]]:
    """Tell the streams when to end."""
    with word_of_shutdown() as stopping:
        yield {"stopping": stopping}


router = APIRouter(prefix="/events", tags=["events"], lifespan=lifespan)


async def first_look(
    token: Annotated[str, Depends(oauth2_scheme)],
    sessionmaker: SessionmakerDep,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Position:
    """Answer 401 before the stream begins; return the position after which it begins.

    A session with the default scope would be open as long as the stream; SessionDep is not, but
    closed before it begins.
    """
    async with sessionmaker() as session:
        await auth.get_token_user(session, token)
        if not last_event_id:
            return await last_position(session)
        position = Position.decode(last_event_id)
        await require_past(session, position)
        return position


@router.get(
    "",
    response_class=EventSourceResponse,
    responses=documented(NotAuthenticatedError, BadPositionError),
)
async def stream_products(
    request: Request,
    token: Annotated[str, Depends(oauth2_scheme)],
    sessionmaker: SessionmakerDep,
    after: Annotated[Position, Depends(first_look)],
) -> AsyncIterator[ServerSentEvent]:
    """Send each new product, from now on or after the event that the client saw last."""
    stopping: asyncio.Event = request.state.stopping
    try:
        while not stopping.is_set():
            async with sessionmaker() as session:
                await auth.get_token_user(session, token)  # it may have ended since the last look
                found = await products_after(session, after)
            for product in found:
                after = position_of(product)
                yield ServerSentEvent(
                    id=after.encode(), event="product", data={"name": product.name}
                )
            with suppress(TimeoutError):
                async with asyncio.timeout(SECONDS_BETWEEN_LOOKS):
                    await stopping.wait()
    except NotAuthenticatedError:  # a clean end: the client comes back, and is told 401
        pass
    finally:  # also when the client has left
        logger.info("stream_ended", after=after.encode())
