"""New products over a WebSocket: each message asks, each answer tells what is new since then."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter, WebSocket, WebSocketDisconnect, status
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from structlog import get_logger

from app.core import db
from app.core.config import get_settings
from app.core.errors import NotAuthenticatedError
from app.models import Product
from app.services import auth
from app.services.new_products import (
    BadPositionError,
    Position,
    position_of,
    products_after,
    require_past,
)

logger = get_logger()
router = APIRouter()
SECONDS_TO_LOG_IN = 5.0


class Login(BaseModel):
    """The first message. Not in the URL, which is logged; browsers cannot send headers here."""

    token: Annotated[str, Field(max_length=4096)]


class Question(BaseModel):
    """Asks what is newer than this position: the `last` of an answer, or 0-0."""

    after: Annotated[str, Field(max_length=50)]


class Answer(BaseModel):
    """The names of at most 100 products, oldest first, and the position to ask with next."""

    names: list[str]
    last: str


class UnavailableError(Exception):
    """The database is away, or too slow: another time the same question has an answer."""


@router.websocket("/products/live")
async def live_products(websocket: WebSocket) -> None:
    """Answer one client until it leaves, or its token or its user ends."""
    # CORS does not apply: any page can open a WebSocket, and what it may read is for us to say.
    origin = websocket.headers.get("origin")
    if origin is not None and origin not in get_settings().cors_origins:
        await websocket.close()  # before accept(): the client gets 403
        return
    await websocket.accept()
    sessionmaker: async_sessionmaker[AsyncSession] = websocket.state.sessionmaker
    try:
        async with asyncio.timeout(SECONDS_TO_LOG_IN):
            login = Login.model_validate_json(await websocket.receive_text())
        async with asyncio.timeout(get_settings().jwt_exp_minutes * 60):  # also of who is silent
            await answer(sessionmaker, login.token, None)
            async for text in websocket.iter_text():
                after = Position.decode(Question.model_validate_json(text).after)
                found = await answer(sessionmaker, login.token, after)
                await websocket.send_text(found.model_dump_json())
    except KeyError:  # bytes, where text was asked for
        await websocket.close(status.WS_1003_UNSUPPORTED_DATA)
    except (ValidationError, BadPositionError):
        await websocket.close(status.WS_1007_INVALID_FRAME_PAYLOAD_DATA)
    except (NotAuthenticatedError, TimeoutError):
        await websocket.close(status.WS_1008_POLICY_VIOLATION)
    except UnavailableError:
        await websocket.close(status.WS_1013_TRY_AGAIN_LATER)
    except WebSocketDisconnect:  # it left before it logged in
        pass


async def answer(
    sessionmaker: async_sessionmaker[AsyncSession], token: str, after: Position | None
) -> Answer:
    """Return what is new; raise `NotAuthenticatedError` once the token or the user has ended.

    Raises `BadPositionError`, too. In a session of its own: an open socket holds no connection of
    the pool.
    """
    with unavailable_told():
        async with sessionmaker() as session:
            await auth.get_token_user(session, token)
            found = await products_after(session, after) if after else ()
            if after and not found:
                await require_past(session, after)
    return answer_of(found, after or Position())


@contextmanager
def unavailable_told() -> Iterator[None]:
    """Raise `UnavailableError` where the database is away."""
    try:
        yield
    except db.ERRORS as exc:
        if not db.is_unavailable(exc):
            raise
        logger.exception("database_unavailable")
        raise UnavailableError from exc


def answer_of(products: Sequence[Product], after: Position) -> Answer:
    """Return these products as they are sent."""
    last = position_of(products[-1]) if products else after
    return Answer(names=[each.name for each in products], last=last.encode())
