"""Coroutines that are not awaited: whose, and what becomes of them."""

BAD = [
    "session.commit()",
    "return session.get_one(User, user_id).name",
    "user = session.get(User, user_id)",
    "session.delete(user)",
]

_STORES = """
from fastapi import FastAPI
class Store:
    async def put(self, value): ...
    async def again(self):
        AGAIN
class Memory(Store):
    async def put(self, value): ...
class Plain(Store):
    PLAIN put(self, value): self.kept = value
class Held:
    store: Store
    def __init__(self, store): self.store = store
held = Held(Plain())
app = FastAPI()
@app.post("/")
async def post():
    STATEMENT
"""


def _stores(statement: str, plain: str = "def", again: str = "...") -> str:
    """Return a program with a base class, heirs, and what an endpoint does with a store."""
    texts = {"STATEMENT": statement, "PLAIN": plain, "AGAIN": again}
    source = _STORES
    for name, text in texts.items():
        source = source.replace(name, text)
    return source


FOUND = {
    "a plain function for a Session that gets an AsyncSession": """
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
Maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
app = FastAPI()
async def get_db():
    async with Maker() as session:
        yield session
def save(db: Session, row):
    db.add(row)
    db.commit()  # !
@app.post("/a")
async def a(db: AsyncSession = Depends(get_db)):
    save(db, 1)
@app.post("/b")
async def b(session: Session = Depends(get_db)):
    save(db=session, row=1)
""",
    "annotated as a Session: an await shows what it is": """
from collections.abc import AsyncGenerator
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
engine = create_async_engine("postgresql+asyncpg://db/app")
Maker = async_sessionmaker(engine)
app = FastAPI()
Old = sessionmaker(engine, class_=AsyncSession)
def open_session() -> Session:
    return Old()
async def save(db: Session):
    await db.execute(select(1))
    db.commit()  # !
class Repository:
    def __init__(self, db: Session):
        self.db = db
    async def save(self):
        await self.db.execute(select(1))
        self.db.commit()  # !
async def run():
    db: Session = Old()
    db.commit()  # !
    open_session().commit()  # !
""",
    "annotated as a Session: what the dependency yields decides": """
from collections.abc import AsyncGenerator
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
engine = create_async_engine("postgresql+asyncpg://db/app")
Maker = async_sessionmaker(engine)
app = FastAPI()
async def get_db() -> AsyncGenerator[Session]:
    async with Maker() as session:
        yield session
@app.post("/a")
async def a(db=Depends(get_db)):
    await db.execute(select(1))
    db.commit()  # !
@app.post("/b")
async def b(db: Session = Depends(get_db)):
    db.commit()  # !
DB = Annotated[Session, Depends(get_db)]
@app.post("/c")
async def c(db: DB):
    db.commit()  # !
@app.post("/d")
def d(db: Annotated[Session, Depends(get_db)]):
    db.commit()  # !
""",
    "a method that each heir has as a coroutine": _stores("held.store.put(1)  # !", "async def"),
    "an object of the base class itself": _stores("Store().put(1)  # !"),
    "an object of the base class in a variable": _stores("store = Store(); store.put(1)  # !"),
    "an heir whose own is a coroutine": _stores("memory = Memory(); memory.put(1)  # !"),
    "returned by an endpoint": """
from fastapi import APIRouter, FastAPI
app = FastAPI()
router = APIRouter()
async def renamed(key: int) -> dict: ...
class Shop:
    async def order(self, key: int) -> dict: ...
shop = Shop()
@app.post("/{key}")
def rename(key: int):
    return renamed(key)  # !
@router.put("/{key}")
async def order(key: int):
    if key > 3:
        return shop.order(key)  # !
    return await shop.order(key)
""",
    "a session of SQLModel, in a method": """
from sqlmodel.ext.asyncio.session import AsyncSession as Session
class Users:
    def __init__(self, session: Session) -> None:
        self.session = session
    async def store(self, user) -> None:
        self.session.add(user)
        self.session.flush()  # !
        await self.session.refresh(user)
""",
    "a result that is read through a variable": """
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
async def read(db: AsyncSession, statement):
    result = db.execute(statement)  # !
    return result.scalars().all()
async def first(db: AsyncSession, statement):
    return db.scalars(statement).first()  # !
""",
    "a condition, and nobody who reads it": """
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
async def check(user_id: int) -> bool:
    async with maker() as session:
        if session.get(object, user_id):  # !
            return True
        deleted = session.delete(user_id)  # !
        return session.scalar("SELECT 1") == 1  # !
""",
    "a session without a type": """
from sqlalchemy import text
async def store(db, user):
    db.add(user)
    db.flush()  # !
    await db.commit()
""",
    "from a dependency, by default": """
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
app = FastAPI()
async def get_db():
    async with AsyncSession(create_async_engine("postgresql+asyncpg://db/app")) as session:
        yield session
@app.delete("/")
async def delete(user_id: int, session=Depends(get_db)) -> None:
    session.delete(user_id)  # !
    await session.commit()
""",
    "a function of another module": """
#= mail.py
async def send(address: str) -> None: ...
class Mailer:
    async def send(self, address: str) -> None: ...
    @staticmethod
    async def ping() -> None: ...
#= main.py
import mail
from mail import Mailer
async def register(address: str, mailer: Mailer) -> None:
    mail.send(address)  # !
    mailer.send(address)  # !
    Mailer.ping()  # !
    await mail.send(address)
from fastapi import FastAPI
""",
    "collections of MongoDB": """
#= mongo.py
from motor.motor_asyncio import AsyncIOMotorClient
client = AsyncIOMotorClient("mongodb://db")
events = client.shop.events
orders = client["shop"]["orders"]
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from motor.motor_asyncio import AsyncIOMotorDatabase
import mongo
app = FastAPI()
def get_db() -> AsyncIOMotorDatabase:
    return mongo.client.shop
@app.post("/a")
async def a(db: AsyncIOMotorDatabase = Depends(get_db)):
    mongo.events.insert_one({"a": 1})  # !
    db.users.update_one({"a": 1}, {"$set": {"b": 2}})  # !
    found = mongo.orders.find_one({"a": 1})  # !
    if not found:
        raise HTTPException(404)
""",
}

LOOK_ALIKES = {
    "a plain function that also gets a Session, or that run_sync runs": """
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
Maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
app = FastAPI()
async def get_db():
    async with Maker() as session:
        yield session
Plain = sessionmaker(create_engine("postgresql+psycopg://db/app"))
def save(db: Session, row):
    db.add(row)
    db.commit()
def store(db: Session):
    db.commit()
@app.post("/a")
async def a(db: AsyncSession = Depends(get_db)):
    save(db, 1)
    await db.run_sync(store)
def b():
    with Plain() as session:
        save(session, 1)
""",
    "a Session, whatever is awaited": """
from collections.abc import AsyncGenerator
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import Session, sessionmaker
engine = create_async_engine("postgresql+asyncpg://db/app")
Maker = async_sessionmaker(engine)
app = FastAPI()
from sqlalchemy import create_engine
Plain = sessionmaker(create_engine("postgresql+psycopg://db/app"))
def get_db() -> Session:
    with Plain() as session:
        yield session
@app.post("/a")
def a(db: Session = Depends(get_db)):
    db.commit()
def b(db: Session):
    db.commit()
async def c(db: Session, other: AsyncSession):
    await other.execute(select(1))
    db.commit()
""",
    "an attribute of a base class, whose heir has a plain def": _stores("held.store.put(1)"),
    "a method of self, which an heir has as a plain def": _stores("...", again="self.put(1)"),
    "an answer of a base class, whose heir has a plain def": _stores("return held.store.put(1)"),
    "a session that may be of either kind": """
from typing import Union
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
class Repository:
    def __init__(self, session: Union[AsyncSession, Session]) -> None:
        self.session = session
    async def save(self, row):
        self.session.add(row)
        await self.session.commit()
    def save_sync(self, row):
        self.session.add(row)
        self.session.commit()
def stored(session: AsyncSession | Session, row):
    session.add(row)
    session.commit()
""",
    "returned by what an endpoint awaits": """
from fastapi import FastAPI
app = FastAPI()
async def renamed(key: int) -> dict: ...
def later(key: int):
    return renamed(key)
@app.post("/{key}")
async def rename(key: int):
    return await later(key)
@app.put("/{key}")
async def put(key: int):
    return await renamed(key)
""",
    "awaited later": """
from sqlalchemy.ext.asyncio import AsyncSession
async def read(db: AsyncSession, statement):
    pending = db.execute(statement)
    if pending is not None:
        print("soon")
    result = await pending
    return result.scalars().all()
""",
    "handed to what awaits": """
import asyncio
from sqlalchemy.ext.asyncio import AsyncSession
async def send() -> None: ...
async def read(db: AsyncSession, other: AsyncSession, statement):
    task = asyncio.create_task(send())
    coroutine = other.execute(statement)
    await asyncio.wait_for(coroutine, 5)
    await asyncio.gather(db.execute(statement), other.commit(), task)
""",
    "returned to what awaits": """
from sqlalchemy.ext.asyncio import AsyncSession
def read(db: AsyncSession, statement):
    return db.execute(statement)
async def commit(db: AsyncSession):
    done = db.commit()
    return done
""",
    "methods that are no coroutines": """
from sqlalchemy.ext.asyncio import AsyncSession
async def store(db: AsyncSession, user) -> None:
    db.add(user)
    db.expunge(user)
    db.expire(user)
    async with db.begin():
        db.add_all([user])
""",
    "a session that is not async": """
from sqlalchemy.orm import Session
def store(db: Session, user) -> None:
    db.delete(user)
    db.commit()
async def later(db: Session) -> None:
    db.commit()
""",
    "a pipeline of Redis": """
from sqlalchemy import text
async def warm(redis, keys) -> None:
    pipe = redis.pipeline()
    for key in keys:
        pipe.get(key)
        pipe.delete(key)
    await pipe.execute()
async def read(pipe) -> None:
    pipe.get("key")
    await pipe.execute()
""",
    "a decorator that makes a task of it": """
from fastapi import FastAPI
from jobs import task
@task
async def work() -> None: ...
async def start() -> None:
    work()
""",
    "a generator, and a function that is not async": """
from fastapi import FastAPI
def send() -> None: ...
async def start() -> None:
    send()
""",
    "collections of MongoDB that are awaited, gathered, or not async": """
import asyncio
from fastapi import FastAPI
from motor.motor_asyncio import AsyncIOMotorClient
from pymongo import MongoClient
app = FastAPI()
events = AsyncIOMotorClient("mongodb://db").shop.events
plain = MongoClient("mongodb://db").shop.events
@app.post("/a")
async def a():
    await events.insert_one({"a": 1})
    await asyncio.gather(events.insert_one({"a": 1}), events.count_documents({}))
    plain.insert_one({"a": 1})
    waiting = events.find_one({"a": 1})
    return await waiting
""",
}
_DOORS = """
#= doors.py
async def may_enter(door: int, name: str) -> bool:
    return name == "Ada"
async def keeper_of(door: int):
    return {"name": "Ada"}
#= main.py
import asyncio
from fastapi import FastAPI, HTTPException
from doors import keeper_of, may_enter
app = FastAPI()
"""
FOUND["a coroutine of the program that is tested, or read through a variable"] = (
    _DOORS
    + """
@app.post("/doors/{door}")
async def enter(door: int, name: str):
    if not may_enter(door, name):  # !
        raise HTTPException(403)
    allowed = may_enter(door, name)  # !
    if allowed:
        return {}
    keeper = keeper_of(door)  # !
    return {"keeper": keeper.get("name")}
@app.get("/doors/{door}")
async def keeper(door: int):
    return {"keeper": keeper_of(door)["name"]}  # !
"""
)
LOOK_ALIKES["a coroutine of the program that is awaited by its name, or given to a task"] = (
    _DOORS
    + """
@app.post("/doors/{door}")
async def enter(door: int, name: str):
    allowed, keeper = may_enter(door, name), keeper_of(door)
    if not await allowed:
        raise HTTPException(403)
    found = keeper_of(door)
    task = asyncio.create_task(found)
    if found:
        return await task
    waiting = may_enter(door, name)
    return await asyncio.wait_for(waiting, 1) or await keeper
"""
)
