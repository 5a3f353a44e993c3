"""The uploads table."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime, utc_now

MAX_BYTES = 1_048_576  # what the router takes; files are held in memory, twice and more


class Upload(Base):
    """A file and what is known of it. `name` is the client's: it is shown, never opened."""

    __tablename__ = "uploads"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    owner_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    # Deferred: else each list of files would read them all. The length is for MariaDB, whose BLOB
    # ends at 64 KiB.
    content: Mapped[bytes] = mapped_column(
        LargeBinary(MAX_BYTES), deferred=True, deferred_raiseload=True
    )
