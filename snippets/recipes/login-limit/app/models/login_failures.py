"""The table of failed logins."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, UtcDateTime


class LoginFailures(Base):
    """How often logins failed for an account, an address or both, and until when that counts."""

    __tablename__ = "login_failures"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
