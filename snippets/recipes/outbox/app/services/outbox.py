"""Messages that leave if, and only if, the transaction commits."""

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.models.outbox import InboxMessage, OutboxMessage


async def add_message(session: AsyncSession, topic: str, payload: dict[str, Any]) -> None:
    """Add a message, of JSON, to the transaction of the session."""
    session.add(OutboxMessage(topic=topic, payload=payload))
    await session.flush()


async def first_time(session: AsyncSession, message_id: int) -> bool:
    """Say whether the message's work is still to be done, and take it, in this transaction.

    A second worker with the same message waits for the first to commit or roll back.
    """
    try:
        async with session.begin_nested():
            session.add(InboxMessage(id=message_id))
    except IntegrityError:
        return False
    return True
