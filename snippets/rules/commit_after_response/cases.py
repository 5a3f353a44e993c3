"""Sessions committed after `yield`: at which scope, and written how."""

BAD = ["SessionDep = Annotated[AsyncSession, Depends(get_db)]"]

_MAKER = """
#= db.py
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")
sessionmaker = async_sessionmaker(engine, expire_on_commit=False)
"""

_LATE = (
    _MAKER
    + """
#= main.py
from fastapi import Depends, FastAPI
from db import sessionmaker
app = FastAPI()
async def get_db():
    async with sessionmaker() as session:
        yield session
        await session.commit()
@app.get("/")
def use(session=Depends(get_db)):"""
)

_STORES = (
    _MAKER
    + """
#= store.py
from sqlalchemy import update
from models import Lamp
async def add_lamp(session, name):
    session.add(Lamp(name=name))
    await session.commit()
async def dim(session, lamp_id, level):
    await session.execute(update(Lamp).where(Lamp.id == lamp_id).values(level=level))
async def switch_off(session, lamp_id):
    await dim(session, lamp_id, 0)
    await session.commit()
#= main.py
from fastapi import Depends, FastAPI
import store
from models import Lamp
from sqlalchemy import select
from db import sessionmaker
app = FastAPI()
async def get_db():
    async with sessionmaker() as session:
        try:
            yield session
            await session.commit()
        except Exception:
            await session.rollback()
            raise
@app.post("/lamps")
async def create(name: str, session=Depends(get_db)):
    await store.add_lamp(session, name)
@app.delete("/lamps/{lamp_id}/light")
async def off(lamp_id: int, session=Depends(get_db)):
    await store.switch_off(session, lamp_id)
"""
)

_UNIT = """
#= work.py
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
class Work:
    def __init__(self, make: async_sessionmaker[AsyncSession]):
        self.make = make
    async def __aenter__(self):
        self.session = self.make()
        return self.session
    async def __aexit__(self, kind, error, trace):
        if kind is None:
            await self.session.commit()
        await self.session.close()
"""


FOUND = {
    "a unit of work that is made before": """
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
Maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
class Work:
    def __init__(self, maker=Maker):
        self.maker = maker
    async def __aenter__(self):
        self.session = self.maker()
        return self
    async def __aexit__(self, kind, *_):
        await (self.session.rollback() if kind else self.session.commit())
async def get_work():
    work = Work()
    async with work:
        yield work
@app.post("/users")
async def create(name: str, work: Work = Depends(get_work)):  # !
    work.session.add(User(name=name))
""",
    "a unit of work that the dependency leaves": """
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
Maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
class Work:
    def __init__(self, maker=Maker):
        self.maker = maker
    async def __aenter__(self):
        self.session = self.maker()
        return self
    async def __aexit__(self, kind, *_):
        if kind is None:
            await self.session.commit()
        await self.session.close()
async def get_work():
    async with Work() as work:
        yield work
@app.post("/users")
async def create(name: str, work: Work = Depends(get_work)):  # !
    work.session.add(User(name=name))
""",
    "by a unit of work that gives its session": _MAKER
    + _UNIT
    + """
#= main.py
from fastapi import Depends, FastAPI
from db import sessionmaker
from work import Work
app = FastAPI()
async def get_db():
    async with Work(sessionmaker) as session:
        yield session
@app.post("/a")
async def a(db=Depends(get_db)):  # !
    db.add(object())
""",
    "by a unit of work that gives itself, through a base": """
from typing import Self
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy import create_engine
local = sessionmaker(create_engine("postgresql://db/app"))
class Unit:
    def __enter__(self) -> Self:
        return self
class SqlUnit(Unit):
    def __enter__(self):
        self.session: Session = local()
        return super().__enter__()
    def __exit__(self, *args):
        self.session.commit()
        self.session.close()
app = FastAPI()
def get_unit():
    with SqlUnit() as unit:
        yield unit
@app.post("/a")
def a(unit: SqlUnit = Depends(get_unit)):  # !
    unit.session.add(object())
""",
    "by a context manager of an object that the application keeps": """
from contextlib import asynccontextmanager
from dataclasses import dataclass
from fastapi import Depends, FastAPI, Request
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
class Manager:
    def __init__(self):
        self.maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
    @asynccontextmanager
    async def transaction(self):
        async with self.maker() as session:
            try:
                yield session
                await session.commit()
            except Exception:
                await session.rollback()
                raise
    async def session(self):
        async with self.transaction() as session:
            yield session
@dataclass
class Resources:
    database: Manager
def get_resources(request: Request) -> Resources:
    return request.app.state.resources
async def get_db(resources: Resources = Depends(get_resources)):
    async with resources.database.transaction() as session:
        yield session
manager = Manager()
app = FastAPI()
@app.post("/a")
async def a(db=Depends(get_db)):  # !
    db.add(object())
@app.post("/b")
async def b(db=Depends(manager.session)):  # !
    db.add(object())
""",
    "an endpoint that is a method": _MAKER
    + _UNIT
    + """
#= main.py
from fastapi import APIRouter, Depends, FastAPI
from db import sessionmaker
from work import Work
async def get_db():
    async with Work(sessionmaker) as session:
        yield session
class Lamps:
    def __init__(self):
        self.router = APIRouter()
        self.router.add_api_route("/", self.see, methods=["GET"])
        self.router.add_api_route("/", self.add, methods=["POST"])
    async def see(self, db=Depends(get_db)):
        return await db.get(object, 1)
    async def add(self, db=Depends(get_db)):  # !
        db.add(object())
app = FastAPI()
app.include_router(Lamps().router)
""",
    "a unit of work that only rolls back": """
from contextlib import asynccontextmanager
from fastapi import Depends, FastAPI
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from tasks import send
engine = create_async_engine("postgresql+asyncpg://db/app")
Maker = async_sessionmaker(engine)
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
async def get_db():
    async with Maker() as session:
        yield session
        await session.commit()
class Work:
    def __init__(self, session):
        self.session = session
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, *_):
        if kind:
            await self.session.rollback()
@app.post("/users")
async def create(name: str, session: AsyncSession = Depends(get_db)):  # !
    async with Work(session):
        session.add(User(name=name))
""",
    "one of the endpoints leaves it to the dependency": _STORES
    + """
@app.put("/lamps/{lamp_id}/light")
async def light(lamp_id: int, level: int, session=Depends(get_db)):  # !
    await store.dim(session, lamp_id, level)
""",
    "FastAPI 0.105": _LATE + "  # !\n    ...\n#= requirements.txt\nfastapi==0.105.0\n",
    "FastAPI from 0.110": _LATE + "  # !\n    ...\n#= requirements.txt\nfastapi>=0.110\n",
    "two services of a repository": _LATE.replace("#= ", "#= new/")
    + "  # !\n    ...\n#= new/requirements.txt\nfastapi==0.165.0\n#= requirements.txt\nfastapi==0.112.0\n",
    "both scopes in one request": _LATE
    + "  # !\n    ...\n"
    + """
def user(session=Depends(get_db, scope="function")):
    ...
@app.get("/me")
def me(user=Depends(user), session=Depends(get_db)):
    ...
""",
    "in another module, through an alias": _MAKER
    + """
#= deps.py
from collections.abc import AsyncIterator
from sqlalchemy.ext.asyncio import AsyncSession
import db
async def get_db() -> AsyncIterator[AsyncSession]:
    async with db.sessionmaker() as session:
        yield session
        await session.commit()
#= main.py
from typing import Annotated
import fastapi as fa
from sqlalchemy.ext.asyncio import AsyncSession
from deps import get_db as session_of
Session = Annotated[AsyncSession, fa.Depends(session_of)]  # !
""",
    "as a default, committed in else": _MAKER
    + """
#= main.py
from fastapi import Depends, FastAPI
from db import sessionmaker
app = FastAPI()
async def get_db():
    session = sessionmaker()
    try:
        yield session
    except Exception:
        await session.rollback()
        raise
    else:
        await session.commit()
    finally:
        await session.close()
@app.post("/a")
async def a(db=Depends(get_db)):  # !
    ...
""",
    "by the context that begins": _MAKER
    + """
#= main.py
from fastapi import Depends
from db import sessionmaker
async def get_db():
    async with sessionmaker.begin() as session:
        yield session
def use(session=Depends(dependency=get_db, scope="request")):  # !
    ...
""",
    "by the transaction of a session": """
from fastapi import Depends
from sqlalchemy.orm import Session
from sqlalchemy import create_engine
engine = create_engine("postgresql://db/app")
def get_db():
    with Session(engine) as session, session.begin():
        yield session
def use(session: Session = Depends(get_db)):  # !
    ...
""",
    "in a method, through a factory": """
import fastapi
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy import create_engine
def make():
    return sessionmaker(create_engine("postgresql://db/app"))
local = make()
def get_db():
    db: Session = local()
    try:
        yield db
        db.commit()
    finally:
        db.close()
router = fastapi.APIRouter(dependencies=[fastapi.Depends(get_db)])  # !
""",
}

LOOK_ALIKES = {
    "each endpoint that writes commits; others change only what Redis keeps": _MAKER
    + """
#= main.py
from fastapi import Depends, FastAPI
from redis.asyncio import Redis
from sqlalchemy import select
from db import sessionmaker
from models import Lamp
app = FastAPI()
async def get_db():
    async with sessionmaker() as session:
        yield session
        await session.commit()
async def get_counts():
    counts: Redis = await connect()
    yield counts
@app.post("/lamps")
async def create(name: str, session=Depends(get_db)):
    session.add(Lamp(name=name))
    await session.commit()
@app.post("/lamps/{name}/visits")
async def visit(name: str, session=Depends(get_db), counts: Redis = Depends(get_counts)):
    lamp = await session.scalar(select(Lamp).where(Lamp.name == name))
    await counts.incr(name)
    await counts.delete(f"{name}:old")
    return seen({"name": lamp.name})
def seen(facts):
    shown = facts.copy()
    shown.update({"seen": True})
    return shown
""",
    "a unit of work that only closes, and one that the endpoint leaves": """
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
Maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
class Work:
    def __init__(self, maker=Maker):
        self.maker = maker
    async def __aenter__(self):
        self.session = self.maker()
        return self
    async def __aexit__(self, kind, *_):
        if kind:
            await self.session.rollback()
        await self.session.close()
    async def commit(self):
        await self.session.commit()
class Own(Work):
    async def __aexit__(self, *_):
        await self.session.commit()
async def get_work():
    async with Work() as work:
        yield work
async def get_own():
    return Own()
@app.post("/users")
async def create(name: str, work: Work = Depends(get_work)):
    work.session.add(User(name=name))
@app.post("/own")
async def create_own(name: str, work: Own = Depends(get_own)):
    async with work:
        work.session.add(User(name=name))
""",
    "a unit of work of the endpoint itself, at which the dependency only makes sessions": _MAKER
    + _UNIT
    + """
#= main.py
from fastapi import Depends, FastAPI
from db import sessionmaker
from work import Work
app = FastAPI()
def get_unit():
    yield Work(sessionmaker)
@app.post("/a")
async def a(unit: Work = Depends(get_unit)):
    async with unit as session:
        session.add(object())
@app.post("/b")
async def b():
    async with Work(sessionmaker) as session:
        session.add(object())
async def get_db():
    async with Work(sessionmaker) as session:
        yield session
@app.post("/c")
async def c(db=Depends(get_db, scope="function")):
    db.add(object())
""",
    "a unit of work that never commits": _MAKER
    + _UNIT.replace("commit()", "rollback()")
    + """
#= main.py
from fastapi import Depends, FastAPI
from db import sessionmaker
from work import Work
app = FastAPI()
async def get_db():
    async with Work(sessionmaker) as session:
        yield session
@app.post("/a")
async def a(db=Depends(get_db)):
    db.add(object())
    await db.commit()
""",
    "a unit of something else": """
from fastapi import Depends, FastAPI
from kafka import KafkaConsumer
class Work:
    def __enter__(self):
        self.consumer = KafkaConsumer("lamps")
        return self
    def __exit__(self, *args):
        self.consumer.commit()
app = FastAPI()
def get_work():
    with Work() as work:
        yield work
@app.post("/a")
def a(work: Work = Depends(get_work)):
    return next(work.consumer)
""",
    "units of work have committed": """
from contextlib import asynccontextmanager
from fastapi import Depends, FastAPI
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from tasks import send
engine = create_async_engine("postgresql+asyncpg://db/app")
Maker = async_sessionmaker(engine)
app = FastAPI()
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
async def get_db():
    async with Maker() as session:
        yield session
        await session.commit()
class Work:
    def __init__(self, session: AsyncSession = Depends(get_db)):
        self.session = session
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, error, trace):
        await self.end(kind)
    async def end(self, kind):
        if kind is None:
            await self.session.commit()
        else:
            await self.session.rollback()
class Abstract:
    async def __aenter__(self): ...
    async def __aexit__(self, *_): ...
class Real(Abstract):
    def __init__(self, session):
        self.session = session
    async def __aenter__(self):
        return self
    async def __aexit__(self, kind, *_):
        if not kind:
            await self.session.commit()
def get_work(session: AsyncSession = Depends(get_db)) -> Abstract:
    return Real(session)
@app.post("/users")
async def create(name: str, work: Work = Depends()):
    async with work:
        work.session.add(User(name=name))
@app.put("/users")
async def change(name: str, session: AsyncSession = Depends(get_db)):
    async with Work(session):
        session.add(User(name=name))
@app.post("/more")
async def more(name: str, work: Abstract = Depends(get_work)):
    async with work:
        work.session.add(User(name=name))
""",
    "each endpoint that writes commits, by what it calls": _STORES
    + """
@app.post("/login")
async def login(name: str, session=Depends(get_db)):
    return await session.scalar(select(Lamp).where(Lamp.name == name))
@app.post("/lamps/begin")
async def begin(name: str, session=Depends(get_db)):
    async with session.begin():
        session.add(Lamp(name=name))
""",
    "FastAPI 0.116": _LATE + "\n    ...\n#= requirements.txt\nfastapi==0.116.1\n",
    "FastAPI 0.117 is locked": _LATE
    + '\n    ...\n#= uv.lock\n[[package]]\nname = "fastapi"\nversion = "0.117.1"\n',
    "FastAPI 0.106 in the Dockerfile": _LATE
    + "\n    ...\n#= Dockerfile\nRUN pip install fastapi==0.106.0 uvicorn\n",
    "FastAPI below 0.118 in setup.cfg": _LATE
    + "\n    ...\n#= setup.cfg\n[options]\ninstall_requires =\n  fastapi>=0.110,<0.118\n",
    "two services of a repository": _LATE.replace("#= ", "#= old/")
    + "\n    ...\n#= old/requirements.txt\nfastapi==0.112.0\n#= requirements.txt\nfastapi==0.165.0\n",
    "scope is function": _MAKER
    + """
#= main.py
from fastapi import Depends
from db import sessionmaker
async def get_db():
    async with sessionmaker() as session:
        yield session
        await session.commit()
def use(session=Depends(get_db, scope="function")):
    ...
""",
    "commit before yield": _MAKER
    + """
#= main.py
from fastapi import Depends
from db import sessionmaker
async def get_db():
    async with sessionmaker() as session:
        await session.commit()
        yield session
def use(session=Depends(get_db)):
    ...
""",
    "never commits": _MAKER
    + """
#= main.py
from fastapi import Depends
from db import sessionmaker
async def get_db():
    async with sessionmaker() as session:
        yield session
def use(session=Depends(get_db)):
    ...
""",
    "another Depends": _MAKER
    + """
#= main.py
from fast_depends import Depends
from db import sessionmaker
async def get_db():
    async with sessionmaker() as session:
        yield session
        await session.commit()
def use(session=Depends(get_db)):
    ...
""",
    "a commit of something else": """
from fastapi import Depends
from kafka import Consumer
def get_consumer():
    consumer = Consumer()
    yield consumer
    consumer.commit()
def use(consumer=Depends(get_consumer)):
    ...
""",
}
