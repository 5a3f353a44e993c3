"""Times for the columns of SQLModel."""

BAD = ["created_at: datetime = Field(default_factory=datetime.now)"]

_MODELS = """
import datetime as dt
from datetime import UTC, datetime, timedelta, timezone
from pydantic import AwareDatetime, NaiveDatetime
from sqlalchemy import Column, DateTime
from sqlmodel import Field, Session, SQLModel, select
"""
_ORDER = """
class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    sent_at: datetime | None = None
"""

FOUND = {
    "utcnow": _MODELS
    + """
class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime = Field(default_factory=datetime.utcnow, nullable=False)  # !
""",
    "inherited, by two": _MODELS
    + """
class Timed(SQLModel):
    created_at: dt.datetime = Field(default_factory=dt.datetime.utcnow)  # !
class Order(Timed, table=True):
    id: int | None = Field(default=None, primary_key=True)
class Bill(Timed, table=True):
    id: int | None = Field(default=None, primary_key=True)
""",
    "a lambda, a function": _MODELS
    + """
def now() -> datetime:
    return datetime.utcnow()
class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    created_at: AwareDatetime = Field(default_factory=lambda: datetime.now())  # !
    changed_at: datetime | None = Field(default_factory=now)  # !
""",
    "on an update, once": _MODELS
    + """
class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    changed_at: datetime | None = Field(
        default=None,
        sa_column_kwargs={"onupdate": datetime.utcnow, "comment": "of the last change"},  # !
    )
    made_at: datetime = Field(default=datetime.now())  # !
""",
    "given to a row": _MODELS
    + _ORDER
    + """
def send(session: Session, number: int) -> None:
    order = session.get(Order, number)
    order.sent_at = datetime.utcnow()  # !
    session.add(Order(sent_at=datetime.now()))  # !
""",
    "in a query": _MODELS
    + _ORDER
    + """
def late(session: Session):
    day = timedelta(days=1)
    return session.exec(select(Order).where(Order.sent_at < datetime.utcnow() - day)).all()  # !
""",
}

LOOK_ALIKES = {
    "aware": _MODELS
    + """
def now() -> datetime:
    return datetime.now(UTC)
class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime = Field(default_factory=lambda: datetime.now(timezone.utc))
    changed_at: datetime = Field(default_factory=now)
def change(order: Order) -> None:
    order.changed_at = datetime.now(tz=UTC)
""",
    "a naive column": _MODELS
    + """
class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    created_at: NaiveDatetime = Field(default_factory=datetime.now)
    changed_at: datetime = Field(default_factory=datetime.utcnow, sa_type=DateTime)
    sent_at: datetime = Field(default_factory=datetime.now, sa_column=Column(DateTime))
def change(order: Order) -> None:
    order.changed_at = datetime.utcnow()
""",
    "a date, a text": _MODELS
    + """
class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    day: dt.date = Field(default_factory=lambda: datetime.now().date())
    at: str = Field(default_factory=lambda: datetime.now().isoformat())
""",
    "no table": _MODELS
    + """
class Report(SQLModel):
    made_at: datetime = Field(default_factory=datetime.now)
""",
    "a table of SQLAlchemy": _MODELS
    + """
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=datetime.utcnow)
""",
    "before SQLModel 0.0.45": """
#= requirements.txt
sqlmodel==0.0.44
#= main.py
from datetime import datetime
from sqlmodel import Field, SQLModel
class Order(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    created_at: datetime = Field(default_factory=datetime.utcnow)
""",
}
