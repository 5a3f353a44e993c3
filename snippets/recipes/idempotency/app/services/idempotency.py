"""Answers to requests that clients repeat."""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import AppError
from app.models.base import utc_now
from app.models.idempotency import StoredAnswer


class SeveralKeysError(AppError):
    """Nobody knows which of them counts: a proxy may take another than we do."""

    msg = "Send one Idempotency-Key"


class KeyReusedError(AppError):
    """The same key came with another request."""

    status_code = 422
    msg = "This Idempotency-Key belongs to another request"


class DeletedMeanwhileError(AppError):
    """The user or the stored answer was deleted meanwhile."""

    status_code = 409
    msg = "Deleted meanwhile: repeat the request"


async def claim(session: AsyncSession, answer: StoredAnswer) -> StoredAnswer | None:
    """Take the key for this transaction; return the stored answer if the work was done before.

    The insert waits for another transaction with the key: if that commits, its answer is returned,
    and if it rolls back, the work is still to be done. Raises `KeyReusedError` or
    `DeletedMeanwhileError`.
    """
    try:
        async with session.begin_nested():
            session.add(answer)
    except IntegrityError:
        stored = await session.get(StoredAnswer, (answer.user_id, answer.key))
        if stored is None:
            raise DeletedMeanwhileError from None
        if stored.fingerprint != answer.fingerprint:
            raise KeyReusedError from None
        return stored
    return None


async def forget_answers(session: AsyncSession, older_than: timedelta) -> None:
    """Delete old answers; run it daily, with more than the longest time in which clients retry."""
    await session.execute(
        delete(StoredAnswer).where(StoredAnswer.created_at < utc_now() - older_than)
    )
