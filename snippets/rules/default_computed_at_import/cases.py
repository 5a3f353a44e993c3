"""Defaults that are computed at import: what is called, and where it stands."""

BAD = [
    "public_id: Mapped[UUID] = mapped_column(default=uuid4())",
    "written_at: datetime = Field(default=datetime.now(UTC))",
]

_ROWS = """
from datetime import datetime
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Row(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    made: Mapped[datetime]
class Shown(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    made: datetime = Field(default=datetime.now())MARK
class One(Shown):
    id: int
"""

_SENT = """
from datetime import datetime
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Row(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    sent: Mapped[datetime]
class Message(BaseModel):
    sent: datetime = datetime.now()MARK
class Save(Message):
    text: str
class Out(Message):
    model_config = ConfigDict(from_attributes=True)
    id: int
@app.post("/a")
def a(text: str, at: datetime):
    return Save(text=text, sent=at).model_dump()
"""
_READ = """
@app.get("/b")
def b(db: Session) -> dict:
    return Out.model_validate(db.get(Row, 1)).model_dump()
"""

FOUND = {
    "one that inherits it is not given the value": _SENT.replace("MARK", "  # !")
    + _READ
    + """
@app.post("/c")
def c(text: str):
    return Save(text=text).model_dump()
""",
    "one that inherits it is read of rows without the column": _SENT.replace(
        "MARK", "  # !"
    ).replace("    sent: Mapped[datetime]\n", "")
    + _READ,
    "a request fills one that inherits it": _SENT.replace("MARK", "  # !")
    + """
@app.post("/c")
def c(message: Out) -> dict:
    return message.model_dump()
""",
    "what is drawn otherwise": """
import os
import random
import secrets
import string
from pydantic import BaseModel, Field
from sqlalchemy import Column, String
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id = Column(String, primary_key=True)
    recovery_code = Column(String, default=os.urandom(32).hex())  # !
    pin = Column(String, default="".join(random.choices(string.digits, k=6)))  # !
    short = Column(String, default="".join(secrets.choice("abc") for _ in range(6)))  # !
class Invite(BaseModel):
    number: int = secrets.randbits(32)  # !
""",
    "a schema that is shown, and sent": _ROWS.replace("MARK", "  # !")
    + """
@app.post("/rows")
def create(row: One) -> One:
    return row
""",
    "a schema that is shown, and made": _ROWS.replace("MARK", "  # !")
    + """
@app.get("/rows")
def read() -> One:
    return One(id=1)
""",
    "a schema that is shown of rows without the column": _ROWS.replace("MARK", "  # !").replace(
        "    made: Mapped[datetime]\n", ""
    )
    + """
@app.get("/rows")
def read(db: Session) -> One:
    return db.get(Row, 1)
""",
    "without Field, the module imported": """
import datetime as dt
from fastapi import FastAPI
from pydantic import BaseModel
app = FastAPI()
class Note(BaseModel):
    tags: list[str] = []
    at: dt.datetime = dt.datetime.now(dt.timezone.utc)  # !
""",
    "a Column, with a method and arithmetic around it": """
from datetime import datetime, timedelta
from sqlalchemy import Column, DateTime, Integer, String
from sqlalchemy.orm import declarative_base
Base = declarative_base()
class Token(Base):
    __tablename__ = "tokens"
    id = Column(Integer, primary_key=True)
    made_at = Column(DateTime, default=datetime.utcnow(), onupdate=datetime.utcnow)  # !
    ends_at = Column(DateTime, default=datetime.utcnow() + timedelta(days=7))  # !
    label = Column(String, default=datetime.now().isoformat())  # !
    changed_at = Column(DateTime, onupdate=datetime.now())  # !
""",
    "parameters of endpoints": """
from datetime import date
from typing import Annotated
from uuid import uuid4
from fastapi import APIRouter, Header, Query
router = APIRouter()
@router.get("/days")
async def read_day(day: date = Query(date.today())): ...  # !
@router.get("/weeks")
async def read_week(day: Annotated[date, Query()] = date.today()): ...  # !
@router.get("/months")
async def read_month(request_id: str = Header(default=str(uuid4()))): ...  # !
""",
    "a parameter of a method, by keyword only": """
from datetime import datetime
from fastapi import FastAPI
app = FastAPI()
class Reports:
    def since(self, *, start: datetime = datetime.utcnow()): ...  # !
""",
    "SQLModel with a column inside, a token": """
import secrets
from datetime import datetime, timezone
from sqlalchemy import Column, DateTime
from sqlmodel import Field, SQLModel
class Invite(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(default=secrets.token_urlsafe(16), max_length=40)  # !
    at: datetime = Field(sa_column=Column(DateTime, default=datetime.now(timezone.utc)))  # !
    seen: datetime = Field(datetime.now(timezone.utc))  # !
    changed: datetime = Field(sa_column_kwargs={"onupdate": datetime.now(timezone.utc)})  # !
""",
    "through a function of another module": """
#= clock.py
from datetime import UTC, datetime
def utc_now() -> datetime:
    \"\"\"Return the time.\"\"\"
    return datetime.now(UTC).replace(microsecond=0)
#= models.py
from datetime import datetime
from pydantic import BaseModel
from clock import utc_now
from fastapi import FastAPI
app = FastAPI()
class Note(BaseModel):
    at: datetime = utc_now()  # !
""",
    "a dataclass": """
import time
import uuid
from dataclasses import dataclass, field
from fastapi import FastAPI
app = FastAPI()
@dataclass
class Job:
    name: str
    id: uuid.UUID = field(default=uuid.uuid4())  # !
    began: float = time.time()  # !
""",
    "fields of another library": """
import uuid
from datetime import datetime
from fastapi import FastAPI
from mongoengine import DateTimeField, Document, StringField
class Note(Document):
    at = DateTimeField(default=datetime.utcnow())  # !
    key = StringField(default=str(uuid.uuid4()))  # !
""",
    "the limit of a year": """
from datetime import date
from fastapi import FastAPI, Query
from pydantic import BaseModel, Field
app = FastAPI()
class Film(BaseModel):
    year: int = Field(ge=1888, le=date.today().year)  # !
@app.get("/films")
async def read_films(year: int = Query(ge=1888, le=date.today().year)): ...  # !
""",
    "one that makes it, a request or a subclass gives no value": """
#= models.py
from datetime import datetime
from pydantic import BaseModel
class User(BaseModel):
    created_at: datetime = datetime.now()  # !
class Sent(BaseModel):
    at: datetime = datetime.now()  # !
class Unpacked(BaseModel):
    at: datetime = datetime.now()  # !
class Validated(BaseModel):
    at: datetime = datetime.now()  # !
class Above(BaseModel):
    at: datetime = datetime.now()  # !
class Below(Above):
    name: str = ""
class Unmade(BaseModel):
    at: datetime = datetime.now()  # !
#= main.py
from fastapi import FastAPI
from models import Above, Below, Sent, Unpacked, User, Validated
app = FastAPI()
@app.get("/a")
def a(row: dict) -> list:
    users = [User(created_at=row["created_at"]), User()]
    return [users, Unpacked(**row), Validated.model_validate(row), Below(), Above(at=row["at"])]
@app.post("/b")
def b(sent: Sent) -> None:
    again = Sent(at=sent.at)
@app.post("/c")
def c(row: dict) -> None:
    Validated(at=row["at"])
""",
    "a call leaves it out, or others call it": """
from datetime import UTC, date, datetime
from fastapi import Depends, FastAPI
app = FastAPI()
def left_out(day: date = date.today()) -> date:  # !
    return day
def unpacked(day: date = date.today()) -> date:  # !
    return day
def handed_on(day: date = date.today()) -> date:  # !
    return day
class Visits:
    def count(self, name: str, until: datetime = datetime.now(UTC)) -> int:  # !
        return len(name)
class Service:
    def __init__(self, visits) -> None:
        self.visits = visits
    def all(self, until: datetime) -> int:
        return Visits().count("a", until) + self.visits.count("b")
@app.get("/a")
def a(given: dict, day: date = Depends(handed_on)) -> list:
    return [left_out(), left_out(day), unpacked(**given), unpacked(*given), handed_on(day)]
@app.get("/b")
def b(day: date = date.today()) -> date:  # !
    return day
def c(day: date) -> date:
    return b(day)
""",
    "a class that another module imports by another name": """
#= models.py
from datetime import datetime
from pydantic import BaseModel
class User(BaseModel):
    at: datetime = datetime.now()  # !
#= main.py
from fastapi import FastAPI
from models import User
from models import User as Account
app = FastAPI()
@app.get("/a")
def a(row: dict) -> list:
    return [User(at=row["at"]), Account()]
""",
    "a model beside the settings": """
from secrets import token_hex
from pydantic import BaseModel
from pydantic_settings import BaseSettings
class Security(BaseModel):
    closed: bool = False
class Invitation(BaseModel):
    token: str = token_hex(32)  # !
class Settings(BaseSettings):
    security: Security = Security()
""",
}

LOOK_ALIKES = {
    "all that inherit it are given the value, or read it of a row": _SENT.replace("MARK", "")
    + _READ,
    "a schema that only rows fill, which have it": _ROWS.replace("MARK", "")
    + """
@app.get("/rows")
def read(db: Session) -> One:
    return db.get(Row, 1)
""",
    "what SQLModel hands on to a column": """
import secrets
from datetime import datetime, timezone
from sqlmodel import Field, SQLModel
class Invite(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column_kwargs={"onupdate": lambda: datetime.now(timezone.utc)})
    on: datetime = Field(sa_column_kwargs={"comment": f"since {datetime.now(timezone.utc)}"})
""",
    "the function itself": """
from datetime import UTC, datetime
from functools import partial
from uuid import uuid4
from pydantic import BaseModel, Field
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Note(Base):
    __tablename__ = "notes"
    id: Mapped[str] = mapped_column(primary_key=True, default=lambda: str(uuid4()))
    at: Mapped[datetime] = mapped_column(default=partial(datetime.now, UTC))
class NoteIn(BaseModel):
    id: str = Field(default_factory=lambda: str(uuid4()))
    at: datetime = Field(default_factory=datetime.utcnow)
""",
    "SQL, computed by the database": """
from datetime import datetime
from sqlalchemy import func, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Note(Base):
    __tablename__ = "notes"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=func.now(), server_default=text("now()"))
""",
    "settings, of which the process has one": """
from fastapi import FastAPI
import secrets
from datetime import UTC, datetime
from time import time
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings
class Started(BaseModel):
    second: int = Field(default=int(time()))
class Settings(Started, BaseSettings):
    instance_id: str = secrets.token_hex(8)
    started_at: datetime = Field(default=datetime.now(UTC))
""",
    "examples in the documentation": """
from datetime import UTC, datetime
from uuid import uuid4
from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field
app = FastAPI()
class Note(BaseModel):
    model_config = ConfigDict(json_schema_extra={"example": {"id": str(uuid4())}})
    at: datetime = Field(examples=[datetime.now(UTC)])
@app.get("/notes")
async def read(at: datetime = Query(examples=[datetime.now(UTC)])): ...
""",
    "in a function, each time": """
from datetime import UTC, datetime
from dataclasses import dataclass
from fastapi import FastAPI
app = FastAPI()
@app.get("/")
async def read(at: datetime | None = None):
    at = at or datetime.now(UTC)
    def later(start: datetime = datetime.now(UTC)): ...
    @dataclass
    class Span:
        began: datetime = datetime.now(UTC)
    return at
""",
    "constants of a module and of a class": """
from fastapi import FastAPI
import time
from datetime import date
from typing import ClassVar
from pydantic import BaseModel
STARTED = time.time()
class Info(BaseModel):
    built: ClassVar[date] = date.today()
class Health:
    started = time.time()
    began: float = time.time()
""",
    "a command, which runs once": """
from datetime import date
import typer
from fastapi import FastAPI
app = FastAPI()
cli = typer.Typer()
@cli.command()
def report(day: str = str(date.today())): ...
""",
    "a function that only a command calls": """
#= config_files.py
import secrets
def write_config(path: str, secret: str = secrets.token_hex(32)) -> None:
    print(path, secret)
#= cli.py
import typer
from config_files import write_config
cli = typer.Typer()
@cli.command()
def init(path: str) -> None:
    prepare(path)
def prepare(path: str) -> None:
    write_config(path)
#= main.py
import config_files
from fastapi import FastAPI
app = FastAPI()
""",
    "a function that a command of click calls": """
import secrets
import click
from fastapi import FastAPI
app = FastAPI()
def create_user(name: str, password: str = secrets.token_urlsafe(16)) -> None:
    print(name, password)
@click.command()
def user(name: str) -> None:
    create_user(name)
""",
    "all that make one give the value": """
#= models.py
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID, uuid4
from pydantic import BaseModel, Field
class User(BaseModel):
    name: str
    created_at: datetime = datetime.now()
    updated_at: datetime = Field(default=datetime.utcnow())
@dataclass
class Event:
    name: str
    at: datetime = datetime.now()
class Row(NamedTuple):
    name: str
    id: UUID = uuid4()
#= main.py
import models
from fastapi import FastAPI
from models import Event, Row, User
app = FastAPI()
@app.get("/a")
def a(row: dict) -> User:
    return User(name=row["name"], created_at=row["created_at"], updated_at=row["updated_at"])
@app.get("/b")
def b(row: dict) -> list[User]:
    return [models.User(created_at=row["c"], name=row["name"], updated_at=row["u"])]
@app.get("/c")
def c(row: dict) -> None:
    event = Event(name="a", at=row["at"])
    other = Row(name="b", id=row["id"])
    more = [Event("c", row["at"]), Row("d", row["id"])]
""",
    "all calls pass it": """
#= clock.py
from datetime import UTC, date, datetime, timedelta
def week_of(day: date = date.today()) -> int:
    return day.isocalendar().week
class Report:
    @staticmethod
    def lines(name: str, since: date = (datetime.now(UTC) - timedelta(30)).date()) -> list:
        return [name, since]
    @classmethod
    def title(cls, *, day: date = datetime.now(UTC).date()) -> str:
        return str(day)
    def rows(self, since: datetime = datetime.now(UTC), until: datetime = datetime.now(UTC)):
        return [since, until]
#= main.py
import clock
from clock import Report, week_of as week
from fastapi import Depends, FastAPI
app = FastAPI()
def get_report() -> Report:
    return Report()
@app.get("/a")
def a(since, until, report: Report = Depends(get_report)) -> list:
    lines = Report.lines("a", since) + clock.Report.lines(since=since, name="b")
    return [lines, Report.title(day=since), report.rows(since, until=until)]
@app.get("/b")
def b(since, until) -> list:
    report = Report()
    return [report.rows(since, until), week(since), clock.week_of(day=until)]
""",
    "a part of the settings": """
from secrets import token_hex, token_urlsafe
from typing import Annotated
from pydantic import BaseModel, Field
from pydantic_settings import BaseSettings
class Cookies(BaseModel):
    salt: str = token_urlsafe(16)
class Security(BaseModel):
    secret: Annotated[str, Field(min_length=16)] = token_hex(32)
    cookies: Cookies = Cookies()
class Settings(BaseSettings):
    security: Security = Security()
""",
}
