"""The outbox and inbox tables."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime, utc_now

_Id = BigInteger().with_variant(Integer(), "sqlite")  # SQLite counts up INTEGER only


class OutboxMessage(Base):
    """What is to be done elsewhere; the row goes when it was handed over."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    topic: Mapped[str] = mapped_column(String(100))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)


class InboxMessage(Base):
    """A message whose work is done, so that it is not done again."""

    __tablename__ = "inbox"

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    done_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
