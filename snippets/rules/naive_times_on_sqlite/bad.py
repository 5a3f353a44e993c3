"""Sessions that expire."""

import os
from datetime import UTC, datetime

from sqlalchemy import DateTime
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

engine = create_async_engine(os.environ.get("APP_DATABASE_URL", "sqlite+aiosqlite:///app.db"))
sessionmaker = async_sessionmaker(engine)


class Base(DeclarativeBase):
    """All tables."""


class LoginSession(Base):
    """The session of a user."""

    __tablename__ = "login_sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))

    @property
    def expired(self) -> bool:
        """Whether the session may no longer be used."""
        return self.expires_at < datetime.now(UTC)
