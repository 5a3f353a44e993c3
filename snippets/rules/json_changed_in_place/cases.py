"""JSON columns that are changed in place: how they are declared, reached and changed."""

BAD = ["account.options[key] = value"]

_MODELS = """
#= models.py
from sqlalchemy import JSON, Column, Integer
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.mutable import MutableDict
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class Case(Base):
    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    data = Column(JSONB(none_as_null=True), nullable=False)
    timeline: Mapped[list] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    tags: Mapped[list[str]] = mapped_column("labels", ARRAY(Integer))
    seen: Mapped[dict] = mapped_column(MutableDict.as_mutable(JSON))
"""
_MAIN = (
    _MODELS
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from models import Case
app = FastAPI()
"""
)

FOUND = {
    "methods of lists and dictionaries": _MAIN
    + """
async def close(session: AsyncSession, key: int):
    case = await session.get(Case, key)
    case.timeline.append({"event": "closed"})  # !
    case.data.update(closed=True)  # !
    del case.data["open"]  # !
    case.tags += ["a"]  # !
    case.data["count"] += 1  # !
    await session.commit()
""",
    "a name, which is assigned again": _MAIN
    + """
def close(session: Session, key: int):
    case = session.query(Case).filter(Case.id == key).first()
    data = case.data or {}
    data["closed"] = True  # !
    case.data = data
    session.commit()
""",
    "assigned only where it was empty": _MAIN
    + """
async def close(session: AsyncSession, key: int):
    case = await session.scalar(select(Case).where(Case.id == key))
    if case.data is None:
        case.data = {}
    case.data["closed"] = True  # !
    await session.flush()
""",
    "in a method of the model": """
from fastapi import FastAPI
from sqlalchemy import JSON
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
app = FastAPI()
class Base(DeclarativeBase): ...
class Case(Base):
    __tablename__ = "cases"
    id: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[dict] = mapped_column(JSON)
    def close(self) -> None:
        self.data["closed"] = True  # !
@app.post("/cases/{key}/close")
def close(key: int, session: Session):
    case = session.get_one(Case, key)
    case.close()
    session.commit()
""",
    "rows of a loop, SQLModel": """
from fastapi import FastAPI
from sqlalchemy import JSON, Column
from sqlmodel import Field, Session, SQLModel, select
app = FastAPI()
class Case(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    data: dict = Field(default_factory=dict, sa_column=Column(JSON))
    more: dict = Field(default_factory=dict, sa_type=JSON)
def close_all(session: Session) -> None:
    for case in session.exec(select(Case)).all():
        case.data["closed"] = True  # !
        case.more.pop("open", None)  # !
    session.commit()
""",
    "deeper than a mutable dictionary sees": _MAIN
    + """
@app.put("/cases/{key}")
async def see(key: int, session: AsyncSession):
    case = await session.get(Case, key)
    case.seen["by"] = {}
    case.seen["by"]["ann"] = True  # !
    await session.commit()
""",
    "a parameter, for which callers load the row": _MAIN
    + """
def note(case: Case, text: str) -> None:
    case.timeline.append(text)  # !
@app.post("/cases/{key}/notes")
async def add_note(key: int, text: str, session: AsyncSession):
    note(await session.get(Case, key), text)
    await session.flush()
""",
    "stored by a unit of work": """
from sqlalchemy import JSON, create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from fastapi import FastAPI
from jobs import send
app = FastAPI()
class Base(DeclarativeBase): ...
class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    data: Mapped[dict] = mapped_column(JSON)
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
class Work:
    session: AsyncSession
    async def __aenter__(self):
        self.session = maker()
        return self
    async def __aexit__(self, *_):
        await self.session.close()
    async def get(self, key: int) -> Item | None:
        return await self.session.get(Item, key)
    async def commit(self) -> None:
        await self.session.commit()

@app.post("/a/{key}")
async def a(key: int, work: Work):
    item = await work.get(key)
    item.data["seen"] = True  # !
    await work.commit()
""",
}

LOOK_ALIKES = {
    "flag_modified": _MAIN
    + """
async def close(session: AsyncSession, key: int):
    case = await session.get(Case, key)
    case.data["closed"] = True
    flag_modified(case, "data")
    await session.commit()
""",
    "a new dictionary or list": _MAIN
    + """
async def close(session: AsyncSession, key: int):
    case = await session.get(Case, key)
    data = dict(case.data or {})
    data["closed"] = True
    case.data = data
    case.timeline = [*case.timeline, "closed"]
    case.tags = list(case.tags)
    case.tags.append("x")
    await session.commit()
""",
    "a mutable type": _MAIN
    + """
async def see(session: AsyncSession, key: int):
    case = await session.get(Case, key)
    case.seen["ann"] = True
    await session.commit()
""",
    "a new row": _MAIN
    + """
def fill(case: Case) -> None:
    case.data["kind"] = "new"
async def create(session: AsyncSession):
    case = Case(title="x", data={})
    case.data["open"] = True
    fill(case)
    session.add(case)
    await session.commit()
""",
    "made by a function, from what was sent": _MAIN
    + """
def case_of(title: str) -> Case:
    case = Case.model_validate({"title": title, "data": {}})
    return case
def name(case: Case) -> None:
    case.data["name"] = case.title
@app.post("/cases")
async def create(title: str, session: AsyncSession):
    case = case_of(title)
    name(case)
    session.add(case)
""",
    "for the answer alone": _MAIN
    + """
@app.get("/cases/{key}")
async def read(key: int, session: AsyncSession):
    case = await session.get(Case, key)
    case.data.pop("secret", None)
    return case.data
""",
    "read, or another class": _MAIN
    + """
class Draft:
    data: dict = {}
async def copy(session: AsyncSession, key: int, draft: Draft):
    case = await session.get(Case, key)
    draft.data["closed"] = case.data["closed"]
    copied = case.data.copy()
    copied["x"] = case.data.get("x")
    case.title = case.title.replace("a", "b")
    case.title += case.data["suffix"]
    total = []
    total += case.timeline
    await session.commit()
""",
    "written by a statement": _MAIN
    + """
async def close(session: AsyncSession, key: int):
    case = await session.get(Case, key)
    case.data["closed"] = True
    await session.execute(update(Case).where(Case.id == key).values(data=case.data))
    await session.commit()
""",
    "handed on to what stores it, or copied": _MAIN
    + """
def store(session: Session, key: int, data: dict) -> None: ...
@app.post("/cases/{key}")
def change(key: int, session: Session):
    case = session.get_one(Case, key)
    case.data["closed"] = True
    store(session, key, case.data)
    session.commit()
@app.post("/cases/{key}/view")
def view(key: int, session: Session):
    case = session.get_one(Case, key)
    case.data["id"] = key
    return case.data
""",
}

_GENERIC = (
    _MODELS
    + """#= db.py
from collections.abc import AsyncIterator
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
async def get_session() -> AsyncIterator[AsyncSession]:
    async with maker.begin() as session:
        yield session
#= repositories.py
from typing import Any, Generic, Optional, TypeVar
from models import Base, Case
Key = TypeVar("Key")
Row = TypeVar("Row", bound=Base)
class Repository(Generic[Row, Key]):
    model: type[Row]
    def __init__(self, session):
        self.session = session
    async def get(self, key: Key) -> Row | None:
        return await self.session.get(self.model, key)
    async def need(self, key: Key) -> Optional["Row"]:
        return await self.session.get_one(self.model, key)
    async def other(self, key: Key) -> Any: ...
class Named(Repository[Row, int]):
    pass
class Cases(Named[Case]):
    model = Case
#= service.py
from repositories import Cases
class Service:
    def __init__(self, cases: Cases):
        self.cases = cases
    async def close(self, key: int):
        case = await self.cases.get(key)
        case.data["open"] = False  # !
    async def label(self, key: int, tag: str):
        case = await self.cases.need(key)
        case.tags.append(tag)  # !
        return case
"""
)
_ROUTES = """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from db import get_session
from repositories import Cases
from service import Service
app = FastAPI()
def get_service(session: AsyncSession = Depends(get_session)) -> Service:
    return Service(Cases(session))
"""
FOUND["a row of a generic repository, by a service of an endpoint that writes"] = (
    _GENERIC
    + _ROUTES
    + """
@app.post("/{key}/close")
async def close(key: int, service: Service = Depends(get_service)):
    await service.close(key)
@app.put("/{key}/tags/{tag}")
async def label(key: int, tag: str, service: Service = Depends(get_service)):
    await service.label(key, tag)
"""
)
LOOK_ALIKES["a service that changes a row for the answer of an endpoint that reads, too"] = (
    _GENERIC.replace("  # !", "")
    + _ROUTES
    + """
@app.post("/{key}/close")
async def close(key: int, service: Service = Depends(get_service)):
    await service.close(key)
@app.get("/{key}")
async def read(key: int, service: Service = Depends(get_service)):
    await service.close(key)
"""
)
