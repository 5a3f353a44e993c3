"""The table of files in the object storage."""

from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime, utc_now

# Promised: a client may send it. Stored: it arrived. Dead: the sweeper removes it.
State = Literal["promised", "stored", "dead"]


class StoredFile(Base):
    """A file that was promised, or arrived. `name` is the client's: it is shown, no part of a key.

    `sha256` is in base64, as S3 writes it.
    """

    __tablename__ = "stored_files"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(44))
    state: Mapped[State] = mapped_column(String(10), default="promised")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    @property
    def key(self) -> str:
        """Where it is in the bucket."""
        return f"files/{self.id.hex}"
