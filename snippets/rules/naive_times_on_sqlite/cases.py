"""Times of SQLite, compared with now."""

BAD = ["expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))"]

_MODEL = """
#= models.py
from datetime import UTC, datetime
from sqlalchemy import DateTime
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Token(Base):
    __tablename__ = "tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))  # !
"""
_SQLITE = """
#= db.py
import models
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("sqlite+aiosqlite:///app.db")
"""
_FINE = _MODEL.replace("  # !", "")

FOUND = {
    "in another module, through a parameter": _MODEL
    + _SQLITE
    + """
#= service.py
import datetime as dt
from models import Token
def is_old(token: Token) -> bool:
    return token.expires_at < dt.datetime.now(dt.timezone.utc)
""",
    "subtracted, from what a session gives": _MODEL
    + _SQLITE
    + """
#= service.py
from datetime import datetime, timezone as zone
from sqlalchemy.ext.asyncio import AsyncSession
from models import Token
async def age(session: AsyncSession, key: int):
    token = await session.get_one(Token, key)
    return datetime.now(tz=zone.utc) - token.expires_at
""",
    "now under a name": _MODEL
    + _SQLITE
    + """
#= service.py
from datetime import UTC, datetime, timedelta
import models as m
def is_old(token: "m.Token") -> bool:
    limit = datetime.now(UTC) - timedelta(days=1)
    return token.expires_at <= limit
""",
    "the URL is a setting's default": _MODEL
    + """
#= config.py
from pydantic_settings import BaseSettings
import models
class Settings(BaseSettings):
    database_url: str = "sqlite+aiosqlite:///./app.db"
#= service.py
from datetime import UTC, datetime
from models import Token
def is_old(token: Token) -> bool:
    return datetime.now(UTC) > token.expires_at
""",
    "a Column, in a property": """
from datetime import UTC, datetime
from sqlalchemy import Column, DateTime, Integer, create_engine
from sqlalchemy.orm import declarative_base
Base = declarative_base()
engine = create_engine("sqlite:///app.db")
class Token(Base):
    __tablename__ = "tokens"
    id = Column(Integer, primary_key=True)
    expires_at = Column(DateTime(timezone=True))  # !
    @property
    def is_old(self) -> bool:
        return self.expires_at < datetime.now(UTC)
""",
}

FOUND["the zone of another time is asked for"] = (
    _MODEL
    + _SQLITE
    + """
#= service.py
from datetime import UTC, datetime
from models import Token
def is_old(token: Token, since: datetime) -> bool:
    now = datetime.now(UTC) if since.tzinfo else since
    now = datetime.now(UTC)
    return token.expires_at < now
"""
)

_ASKS = (
    _FINE
    + _SQLITE
    + """
#= service.py
from datetime import UTC, datetime, timezone
from models import Token
"""
)

LOOK_ALIKES = {
    "a time without a zone is compared with one without": _ASKS
    + """
def is_old(token: Token) -> bool:
    now = datetime.utcnow()
    if token.expires_at.tzinfo:
        now = datetime.now(timezone.utc)
    return token.expires_at < now
""",
    "the zone of the time itself": _ASKS
    + """
def is_old(token: Token) -> bool:
    return token.expires_at < datetime.now(token.expires_at.tzinfo)
""",
    "one comparison for each kind": _ASKS
    + """
def is_old(token: Token) -> bool:
    if token.expires_at.utcoffset() is None:
        return token.expires_at < datetime.now()
    return token.expires_at < datetime.now(UTC)
""",
}
LOOK_ALIKES |= {
    "PostgreSQL": _FINE
    + """
#= db.py
from datetime import UTC, datetime
from models import Token
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")
def is_old(token: Token) -> bool:
    return token.expires_at < datetime.now(UTC)
""",
    "compared in SQL": _FINE
    + _SQLITE
    + """
#= service.py
from datetime import UTC, datetime
from sqlalchemy import select
from models import Token
def statement():
    return select(Token).where(Token.expires_at < datetime.now(UTC))
""",
    "compared with a naive now": _FINE
    + _SQLITE
    + """
#= service.py
from datetime import datetime
from models import Token
def is_old(token: Token) -> bool:
    return token.expires_at < datetime.now()
""",
    "a type that keeps the zone": _FINE.replace("DateTime(timezone=True)", "UTCDateTime")
    + _SQLITE
    + """
#= service.py
from datetime import UTC, datetime
from models import Token
def is_old(token: Token) -> bool:
    return token.expires_at < datetime.now(UTC)
""",
    "the zone is put back": _FINE
    + _SQLITE
    + """
#= service.py
from datetime import UTC, datetime
from models import Token
def is_old(token: Token) -> bool:
    return token.expires_at.replace(tzinfo=UTC) < datetime.now(UTC)
""",
    "SQLite in tests only": _FINE
    + """
#= tests/conftest.py
from datetime import UTC, datetime
from models import Token
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("sqlite+aiosqlite://")
#= service.py
from datetime import UTC, datetime
from models import Token
def is_old(token: Token) -> bool:
    return token.expires_at < datetime.now(UTC)
""",
}
