"""Answers to requests that clients repeat."""

from datetime import timedelta

from app.models.idempotency import StoredAnswer
from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import AppError
from app.models.base import utc_now


class KeyReusedError(AppError):
    """The same key came with another request."""

    def __init__(self) -> None:
        super().__init__("This Idempotency-Key belongs to another request", 422)


async def claim(session: AsyncSession, answer: StoredAnswer) -> StoredAnswer | None:
    """Take the key for this transaction; return the stored answer if the work was done before.

    The insert waits for another transaction with the key: if that commits, its answer is returned,
    and if it rolls back, the work is still to be done. Raises `KeyReusedError`, and `AppError` 409
    where the user or the answer was deleted meanwhile.
    """
    try:
        async with session.begin_nested():
            session.add(answer)
    except IntegrityError:
        stored = await session.get(StoredAnswer, (answer.user_id, answer.key))
        if stored is None:
            raise AppError("Deleted meanwhile: repeat the request", 409) from None
        if stored.fingerprint != answer.fingerprint:
            raise KeyReusedError from None
        return stored
    return None


async def forget_answers(session: AsyncSession, older_than: timedelta) -> None:
    """Delete old answers; run it daily, with more than the longest time in which clients retry."""
    await session.execute(
        delete(StoredAnswer).where(StoredAnswer.created_at < utc_now() - older_than)
    )
