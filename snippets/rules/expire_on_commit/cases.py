"""Objects read after a commit: how the session is made, and how the object is read."""

BAD = ["sessionmaker = async_sessionmaker(engine)"]

_MODELS = """
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
"""

_READ = """
#= service.py
from sqlalchemy.ext.asyncio import AsyncSession
from models import User
async def add(session: AsyncSession, email: str) -> int:
    user = User(email=email)
    session.add(user)
    await session.commit()
    return user.id
"""

FOUND = {
    "in another module, under another name": _MODELS
    + _READ
    + """
#= db.py
from sqlalchemy.ext import asyncio as sa
import service
engine = sa.create_async_engine("postgresql+asyncpg://db/app")
Local = sa.async_sessionmaker(bind=engine, autoflush=False)  # !
""",
    "by a sessionmaker of AsyncSession": _MODELS
    + _READ
    + """
#= db.py
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import sessionmaker
import service
engine = create_async_engine("postgresql+asyncpg://db/app")
Local = sessionmaker(engine, class_=AsyncSession)  # !
""",
    "by the class itself, said to be on": _MODELS
    + _READ
    + """
#= db.py
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
import service
engine = create_async_engine("postgresql+asyncpg://db/app")
async def get_db():
    async with AsyncSession(engine, expire_on_commit=True) as session:  # !
        yield session
""",
    "an object that was loaded, sent by an endpoint": _MODELS
    + """
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from models import User
engine = create_async_engine("postgresql+asyncpg://db/app")
maker = async_sessionmaker(engine)  # !
app = FastAPI()
async def get_db():
    async with maker() as session:
        yield session
@app.patch("/users/{user_id}")
async def rename(user_id: int, email: str, session: AsyncSession = Depends(get_db)):
    user = (await session.execute(select(User).where(User.id == user_id))).scalar_one()
    user.email = email
    await session.commit()
    return user
""",
    "a parameter, in a method, validated by a schema": _MODELS
    + """
#= main.py
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from models import User
engine = create_async_engine("postgresql+asyncpg://db/app")
maker = async_sessionmaker(engine)  # !
class UserOut(BaseModel, from_attributes=True):
    email: str
class Users:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def rename(self, user: User, email: str) -> UserOut:
        user.email = email
        await self.session.commit()
        return UserOut.model_validate(user)
""",
    "returned by a service, read by its caller": _MODELS
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from models import User
engine = create_async_engine("postgresql+asyncpg://db/app")
maker = async_sessionmaker(engine)  # !
app = FastAPI()
async def add(session: AsyncSession, email: str) -> User:
    session.add_all([user := User(email=email)])
    await session.commit()
    return user
@app.post("/users")
async def create(email: str) -> dict[str, int]:
    async with maker() as session:
        user = await add(session, email)
        return {"id": user.id}
""",
    "the session of requests, not those of scripts": """
#= db.py
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")
async def get_db():
    async with AsyncSession(engine) as session:  # !
        yield session
#= initial_data.py
import asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from db import engine
async def init():
    async with AsyncSession(engine) as session:
        await session.execute(select(1))
asyncio.run(init())
#= models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from db import get_db
from models import User
app = FastAPI()
@app.post("/")
async def create(name: str, session: AsyncSession = Depends(get_db)):
    user = User(name=name)
    session.add(user)
    await session.commit()
    return {"name": user.name}
""",
    "rows of SQLModel, sent as they are": """
from fastapi import APIRouter, Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine
from sqlmodel.ext.asyncio.session import AsyncSession
class ItemIn(SQLModel):
    title: str
class Item(ItemIn, table=True):
    id: int | None = Field(default=None, primary_key=True)
engine = create_engine("postgresql+psycopg://db/app")
app = FastAPI()
router = APIRouter()
def get_session():
    with Session(engine) as session:
        yield session
async def get_async() -> AsyncSession: ...
@app.post("/items")
def add(body: ItemIn, session: Session = Depends(get_session)) -> Item:
    item = Item.model_validate(body)
    session.add(item)
    session.commit()
    return item  # !
@router.put("/items/{number}", response_model=Item)
async def put(number: int, body: ItemIn, session: AsyncSession = Depends(get_async)):
    item = await session.get(Item, number)
    item.sqlmodel_update(body.model_dump())
    session.add(item)
    await session.commit()
    return item  # !
@app.patch("/items/{number}")
def patch(number: int, body: ItemIn, session: Session = Depends(get_session)):
    item = session.get(Item, number)
    item.title = body.title
    session.commit()
    return item  # !
""",
    "committed by a unit of work": """
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
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))  # !
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
    await work.commit()
    return {"id": item.id}
""",
}

_MAKER = """
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from models import User
engine = create_async_engine("postgresql+asyncpg://db/app")
maker = async_sessionmaker(engine)
"""

LOOK_ALIKES = {
    "rows of SQLModel that are read again": """
from fastapi import APIRouter, Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine
class ItemIn(SQLModel):
    title: str
class Item(ItemIn, table=True):
    id: int | None = Field(default=None, primary_key=True)
class ItemOut(ItemIn):
    id: int
engine = create_engine("postgresql+psycopg://db/app")
app = FastAPI()
def get_session():
    with Session(engine) as session:
        yield session
@app.post("/a")
def refreshed(body: ItemIn, session: Session = Depends(get_session)) -> Item:
    item = Item.model_validate(body)
    session.add(item)
    session.commit()
    session.refresh(item)
    return item
@app.post("/b", response_model=ItemOut)
def by_a_schema(body: ItemIn, session: Session = Depends(get_session)):
    item = Item.model_validate(body)
    session.add(item)
    session.commit()
    return item
@app.post("/c")
def read(body: ItemIn, session: Session = Depends(get_session)) -> Item:
    item = Item.model_validate(body)
    session.add(item)
    session.commit()
    print("added", item.id)
    return item
@app.get("/d/{number}")
def not_committed(number: int, session: Session = Depends(get_session)) -> Item:
    if number < 0:
        session.commit()
        return Item(title="new")
    item = session.get(Item, number)
    return item
""",
    "rows of SQLModel that a session keeps": """
from fastapi import Depends, FastAPI
from sqlmodel import Field, Session, SQLModel, create_engine
class Item(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
engine = create_engine("postgresql+psycopg://db/app")
app = FastAPI()
def get_session():
    with Session(engine, expire_on_commit=False) as session:
        yield session
@app.post("/items")
def add(session: Session = Depends(get_session)) -> Item:
    item = Item()
    session.add(item)
    session.commit()
    return item
""",
    "objects keep what they had": _MODELS
    + _READ
    + """
#= db.py
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
import service
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"), expire_on_commit=False)
""",
    "configured later": _MODELS
    + _READ
    + """
#= db.py
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
import service
maker = async_sessionmaker()
maker.configure(bind=create_async_engine("postgresql+asyncpg://db/app"), expire_on_commit=False)
""",
    "options that cannot be read": _MODELS
    + _READ
    + """
#= db.py
import json
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
import service
options = json.load(open("options.json"))
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"), **options)
""",
    "refreshed after the commit": _MODELS
    + "#= main.py"
    + _MAKER
    + """
async def add(session: AsyncSession, email: str) -> int:
    user = User(email=email)
    session.add(user)
    await session.commit()
    await session.refresh(user)
    return user.id
""",
    "read before the commit, or in the other branch": _MODELS
    + "#= main.py"
    + _MAKER
    + """
async def add(session: AsyncSession, email: str, *, keep: bool) -> int:
    user = User(email=email)
    session.add(user)
    await session.flush()
    found = user.id
    if keep:
        await session.commit()
        return found
    return user.id
""",
    "nothing is read": _MODELS
    + "#= main.py"
    + _MAKER
    + """
async def add(session: AsyncSession, email: str) -> User:
    user = User(email=email)
    session.add(user)
    await session.commit()
    return user
async def seed() -> None:
    async with maker() as session:
        await add(session, "a@b.example")
""",
    "a session that is not async": _MODELS
    + """
#= main.py
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker
from models import User
maker = sessionmaker(create_engine("postgresql://db/app"))
def add(session: Session, email: str) -> int:
    user = User(email=email)
    session.add(user)
    session.commit()
    return user.id
""",
    "an object that no session has": _MODELS
    + "#= main.py"
    + _MAKER
    + """
async def add(session: AsyncSession, email: str) -> str:
    draft = User(email=email)
    await session.commit()
    return draft.email
""",
}
