"""Answers of the model, as they are stored."""

from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import AppError
from app.core.llm import Reply
from app.models import Answer, User


class AnswerExistsError(AppError):
    """It was asked for before, and may be under way: the model is not paid twice."""

    status_code = 409
    msg = "Answer exists"


class AnswerNotFoundError(AppError):
    """There is no such answer, or it is not the caller's."""

    status_code = 404
    msg = "Answer not found"


async def begin(session: AsyncSession, owner: User, answer_id: UUID, prompt: str) -> None:
    """Store that an answer is under way; raise `AnswerExistsError` if it was begun before."""
    session.add(Answer(id=answer_id, owner_id=owner.id, prompt=prompt))
    try:
        await session.flush()
    except IntegrityError as exc:
        raise AnswerExistsError from exc


async def end(session: AsyncSession, answer_id: UUID, reply: Reply) -> None:
    """Store what came of an answer, all of it or a part."""
    await session.execute(
        update(Answer)
        .where(Answer.id == answer_id)
        .values(
            text=reply.text.replace("\0", ""),
            state=reply.state,
            tokens=reply.tokens,
        )
    )


async def get_own(session: AsyncSession, viewer: User, answer_id: UUID) -> Answer:
    """Return an answer of the viewer's; raise `AnswerNotFoundError`."""
    answer = await session.get(Answer, answer_id)
    if answer is None or answer.owner_id != viewer.id:
        raise AnswerNotFoundError
    return answer
