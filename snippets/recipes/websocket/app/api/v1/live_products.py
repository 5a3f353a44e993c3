"""New products over a WebSocket: each message asks, each answer tells what is new since then."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, WebSocket, WebSocketDisconnect, status
from pydantic import BaseModel, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.core.config import get_settings
from app.core.errors import NotAuthenticatedError
from app.models import Product
from app.models.base import MAX_ID
from app.services import auth

router = APIRouter()
SECONDS_TO_LOG_IN = 5.0


class Login(BaseModel):
    """The first message. Not in the URL, which is logged; browsers cannot send headers here."""

    token: Annotated[str, Field(max_length=4096)]


class Question(BaseModel):
    """Asks what is newer than the product with this id."""

    after: Annotated[int, Field(ge=0, le=MAX_ID)]


class Answer(BaseModel):
    """The names of at most 100 products, oldest first, and the id to ask with next."""

    names: list[str]
    last: int


@router.websocket("/products/live")
async def live_products(websocket: WebSocket) -> None:
    """Answer one client until it leaves, or its token would have expired."""
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
        async with sessionmaker() as session:
            await auth.get_token_user(session, login.token)
        async with asyncio.timeout(get_settings().jwt_exp_minutes * 60):
            async for text in websocket.iter_text():
                question = Question.model_validate_json(text)
                # For each message: an open socket holds no connection of the pool.
                async with sessionmaker() as session:
                    answer = await products_after(session, question.after)
                await websocket.send_text(answer.model_dump_json())
    except KeyError:  # bytes, where text was asked for
        await websocket.close(status.WS_1003_UNSUPPORTED_DATA)
    except ValidationError:
        await websocket.close(status.WS_1007_INVALID_FRAME_PAYLOAD_DATA)
    except (NotAuthenticatedError, TimeoutError):
        await websocket.close(status.WS_1008_POLICY_VIOLATION)
    except WebSocketDisconnect:  # it left before it logged in
        pass


async def products_after(session: AsyncSession, after: int) -> Answer:
    """Return the products created after that one."""
    statement = select(Product).where(Product.id > after).order_by(Product.id).limit(100)
    found = (await session.scalars(statement)).all()
    return Answer(names=[each.name for each in found], last=found[-1].id if found else after)
