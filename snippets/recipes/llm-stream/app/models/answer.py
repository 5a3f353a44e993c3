"""The answers table."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime, utc_now

LongText = Text().with_variant(LONGTEXT(), "mysql", "mariadb")  # there TEXT ends at 64 KB
State = Literal["running", "complete", "cut"]


class Answer(Base):
    """An answer of the model. The client chooses the id: what it repeats is not asked twice."""

    __tablename__ = "answers"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    prompt: Mapped[str] = mapped_column(LongText)
    text: Mapped[str] = mapped_column(LongText, default="")
    state: Mapped[State] = mapped_column(String(10), default="running")
    tokens: Mapped[int | None]  # as the provider counted them; of what was cut it tells nothing
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
