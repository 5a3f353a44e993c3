"""Answers of a language model, streamed to the browser."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Annotated
from uuid import UUID

from anyio import move_on_after
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from httpx import AsyncClient

from app.api.deps import CurrentUser, SessionDep, SessionmakerDep, oauth2_scheme
from app.api.errors import documented
from app.core.config import get_settings
from app.core.errors import NotAuthenticatedError
from app.core.llm import ModelFailedError, Reply, create_client
from app.models import Answer
from app.schemas.answer import AnswerOut, Question
from app.services import answers, auth


@asynccontextmanager
async def lifespan(_app: FastAPI) -> AsyncIterator[dict[str, AsyncClient]]:
    """Make the client of the model, which connects at the first question."""
    settings = get_settings()
    async with create_client(settings.llm_url, settings.llm_key.get_secret_value()) as client:
        yield {"llm_client": client}


router = APIRouter(prefix="/answers", tags=["answers"], lifespan=lifespan)


async def begun(
    question: Question,
    request: Request,
    token: Annotated[str, Depends(oauth2_scheme)],
    sessionmaker: SessionmakerDep,
) -> AsyncIterator[Reply]:
    """Begin an answer, and end it whatever ends the stream: it is done, fails, or nobody reads.

    The endpoint cannot: FastAPI leaves a generator that waits in `yield` to the garbage collector.
    """
    async with sessionmaker() as session:  # closed before the slow part
        viewer = await auth.get_token_user(session, token)
        await answers.begin(session, viewer, question.id, question.prompt)
        await session.commit()
    settings = get_settings()
    client: AsyncClient = request.state.llm_client
    reply = Reply(client, settings.llm_model, question.prompt, settings.llm_seconds)
    try:
        # The model has half of it; the rest is for a client that stays and does not read.
        with suppress(TimeoutError):
            async with asyncio.timeout(2 * settings.llm_seconds):
                yield reply
    finally:
        with move_on_after(5, shield=True):  # a shutdown may have cancelled the request
            await reply.close()
            async with sessionmaker() as session:
                await answers.end(session, question.id, reply)
                await session.commit()


@router.post(
    "",
    response_class=EventSourceResponse,
    responses=documented(NotAuthenticatedError, answers.AnswerExistsError),
)
async def stream_answer(reply: Annotated[Reply, Depends(begun)]) -> AsyncIterator[ServerSentEvent]:
    """Ask the model; send `text` as it comes, then `done`, or `error`."""
    try:
        async for piece in reply.pieces():
            yield ServerSentEvent(event="text", data={"text": piece})
        yield ServerSentEvent(event="done", data={"tokens": reply.tokens, "state": reply.state})
    except ModelFailedError:
        yield ServerSentEvent(event="error", data={"error": "The model failed"})


@router.get(
    "/{answer_id}",
    response_model=AnswerOut,
    responses=documented(NotAuthenticatedError, answers.AnswerNotFoundError),
)
async def get_answer(answer_id: UUID, session: SessionDep, viewer: CurrentUser) -> Answer:
    """Return what is stored of an answer: a client that lost the stream reads on here."""
    return await answers.get_own(session, viewer, answer_id)
