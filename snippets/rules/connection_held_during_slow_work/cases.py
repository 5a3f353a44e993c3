"""Slow waits within a transaction: what is slow, and where the transaction ends."""

BAD = ['response = await payments.post("/charges", json={"amount": price})']

_DEPS = """
#= deps.py
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
app = FastAPI()
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
async def get_db():
    async with maker() as session:
        yield session
SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
one = text("SELECT 1")
"""

FOUND = {
    "a connection of asyncpg's pool that a dependency yields": """
import asyncpg
import httpx
from fastapi import Depends, FastAPI, Request
app = FastAPI()
client = httpx.AsyncClient(timeout=5)
async def get_connection(request: Request):
    async with request.app.state.pool.acquire() as connection:
        yield connection
class Hooks:
    def __init__(self, connection: asyncpg.Connection) -> None:
        self.connection = connection
    async def url(self, key):
        return await self.connection.fetchval("SELECT url FROM hooks WHERE id = $1", key)
def get_hooks(connection=Depends(get_connection)):
    return Hooks(connection)
@app.get("/a/{key}")
async def a(key: int, connection: asyncpg.Connection = Depends(get_connection)):
    url = await connection.fetchval("SELECT url FROM hooks WHERE id = $1", key)
    await client.get(url)  # !
@app.get("/b/{key}")
async def b(key: int, hooks: Hooks = Depends(get_hooks)):
    await client.post(await hooks.url(key))  # !
""",
    "a connection of asyncpg's pool, in the endpoint and in a service": """
import asyncpg
import httpx
from fastapi import FastAPI, Request
app = FastAPI()
client = httpx.AsyncClient(timeout=5)
pool = None
async def get_pool() -> asyncpg.Pool:
    return pool
async def notify(conn, key):
    url = await conn.fetchval("SELECT url FROM hooks WHERE id = $1", key)
    await client.post(url)
@app.get("/a/{key}")
async def a(key: int, request: Request):
    async with request.app.state.pool.acquire() as conn:
        url = await conn.fetchval("SELECT url FROM hooks WHERE id = $1", key)
        await client.get(url)  # !
@app.post("/b/{key}")
async def b(key: int):
    db_pool = await get_pool()
    async with db_pool.acquire() as conn:
        async with conn.transaction():
            await notify(conn, key)  # !
""",
    "inside a unit of work": """
import httpx
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
@app.post("/users")
async def create(name: str, session: AsyncSession = Depends(get_db)):
    async with Work(session):
        session.add(User(name=name))
        await session.flush()
        async with httpx.AsyncClient() as client:
            await client.post("https://example.com", timeout=3)  # !
""",
    "a client that is opened here": _DEPS
    + """
#= main.py
import httpx as http
from deps import SessionDep, app, one
@app.post("/")
async def pay(session: SessionDep) -> None:
    await session.execute(one)
    async with http.AsyncClient() as client:
        await client.get("https://example.org")  # !
""",
    "a service that asks, two functions away": _DEPS
    + """
#= mail.py
import aiosmtplib
async def send(text: str) -> None:
    await _send(text)
async def _send(text: str) -> None:
    await aiosmtplib.send(text)
#= main.py
import mail
from deps import AsyncSession, SessionDep, app, one
async def read(db: AsyncSession) -> int:
    return await db.scalar(one)
@app.post("/")
async def remind(session: SessionDep) -> None:
    found = await read(session)
    await mail.send(str(found))  # !
""",
    "a dependency that has queried the same session": _DEPS
    + """
#= main.py
import asyncio
from typing import Annotated
from fastapi import Depends
from deps import SessionDep, app, one
async def current_user(session: SessionDep) -> int:
    return await session.scalar(one)
@app.get("/")
async def poll(session: SessionDep, user: Annotated[int, Depends(current_user)]) -> None:
    await asyncio.sleep(30)  # !
    await session.execute(one)
""",
    "a hash in a thread": _DEPS
    + """
#= main.py
from fastapi.concurrency import run_in_threadpool
from pwdlib import PasswordHash
from deps import SessionDep, app, one
hasher = PasswordHash.recommended()
@app.post("/")
async def log_in(session: SessionDep, password: str) -> bool:
    stored = await session.scalar(one)
    return await run_in_threadpool(hasher.verify, password, stored)  # !
""",
    "a language model, in a session that is opened here": _DEPS
    + """
#= main.py
from openai import AsyncOpenAI
from deps import app, maker, one
client = AsyncOpenAI()
@app.post("/")
async def answer() -> object:
    async with maker() as db:
        prompt = await db.scalar(one)
        return await client.chat.completions.create(model="m", messages=[prompt])  # !
""",
    "a plain endpoint": """
import requests
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
app = FastAPI()
def get_db():
    with Session(create_engine("postgresql://db/app")) as session:
        yield session
@app.post("/")
def pay(db: Session = Depends(get_db)) -> None:
    db.execute(text("SELECT 1"))
    requests.post("https://example.org")  # !
""",
    "an aiohttp request, in a method of a service": _DEPS
    + """
#= main.py
import aiohttp
from deps import AsyncSession, SessionDep, app, one
class Rates:
    def __init__(self, session: AsyncSession, http: aiohttp.ClientSession) -> None:
        self.session = session
        self.http = http
    async def load(self, http: aiohttp.ClientSession) -> None:
        await self.session.execute(one)
        async with http.get("https://example.org") as response:  # !
            await response.json()
@app.get("/")
async def rates(session: SessionDep) -> None:
    async with aiohttp.ClientSession() as http:
        await Rates(session, http).load(http)
""",
}

LOOK_ALIKES = {
    "a dependency that yields the pool, or a connection that it gave back": """
import asyncpg
import httpx
from fastapi import Depends, FastAPI, Request
app = FastAPI()
client = httpx.AsyncClient(timeout=5)
async def get_pool(request: Request):
    yield request.app.state.pool
async def get_url(key: int, request: Request):
    async with request.app.state.pool.acquire() as connection:
        url = await connection.fetchval("SELECT url FROM hooks WHERE id = $1", key)
    yield url
@app.get("/a/{key}")
async def a(key: int, pool: asyncpg.Pool = Depends(get_pool)):
    url = await pool.fetchval("SELECT url FROM hooks WHERE id = $1", key)
    await client.get(url)
@app.get("/b/{key}")
async def b(url: str = Depends(get_url)):
    await client.get(url)
""",
    "a connection of asyncpg's pool that is given back before, and other pools": """
import asyncio
import asyncpg
import httpx
from fastapi import FastAPI, Request
app = FastAPI()
client = httpx.AsyncClient(timeout=5)
limiter = asyncio.Semaphore(10)
@app.get("/a/{key}")
async def a(key: int, request: Request):
    async with request.app.state.pool.acquire() as conn:
        url = await conn.fetchval("SELECT url FROM hooks WHERE id = $1", key)
    await client.get(url)
    async with request.app.state.pool.acquire() as conn:
        await conn.execute("UPDATE hooks SET used = true WHERE id = $1", key)
@app.get("/b/{key}")
async def b(key: int, request: Request):
    async with request.app.state.browser_slots.acquire() as slot:
        await client.get(slot.url)
    async with request.app.state.redis_pool.acquire() as redis:
        await client.get(await redis.get(key))
    async with limiter:
        await client.get("https://example.com")
""",
    "after a unit of work": """
import httpx
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
@app.post("/users")
async def create(name: str, session: AsyncSession = Depends(get_db)):
    work = Work(session)
    async with work:
        session.add(User(name=name))
        await session.flush()
    async with httpx.AsyncClient() as client:
        await client.post("https://example.com", timeout=3)
""",
    "on AWS Lambda, where each process has one request": """
import httpx
from fastapi import Depends, FastAPI
from mangum import Mangum
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
engine = create_engine("postgresql://db/app")
app = FastAPI()
def get_db():
    return Session(engine)
@app.get("/")
def read(db: Session = Depends(get_db)):
    name = db.scalar(text("SELECT 1"))
    return httpx.get(f"https://api.example/{name}").json()
handler = Mangum(app)
""",
    "after the block that closes": """
from contextlib import closing
import httpx
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session
engine = create_engine("postgresql://db/app")
app = FastAPI()
def get_db():
    return Session(engine)
@app.get("/")
def read(db: Session = Depends(get_db)):
    with closing(db):
        name = db.scalar(text("SELECT 1"))
    return httpx.get(f"https://api.example/{name}").json()
""",
    "after the block that closes, async": """
from contextlib import aclosing
import httpx
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")
app = FastAPI()
async def get_db():
    return AsyncSession(engine)
@app.get("/")
async def read(db: AsyncSession = Depends(get_db)):
    async with aclosing(db):
        name = await db.scalar(text("SELECT 1"))
    async with httpx.AsyncClient() as client:
        return (await client.get(f"https://api.example/{name}")).json()
""",
    "committed before the wait": _DEPS
    + """
#= main.py
import httpx
from deps import SessionDep, app, one
client = httpx.AsyncClient()
@app.post("/")
async def pay(session: SessionDep) -> None:
    await session.execute(one)
    await session.commit()
    await client.get("https://example.org")
    await session.execute(one)
    await session.commit()
""",
    "committed by a function that is given the session": _DEPS
    + """
#= main.py
import httpx
from deps import AsyncSession, SessionDep, app, one
client = httpx.AsyncClient()
async def store(session: AsyncSession) -> None:
    await session.execute(one)
    await session.commit()
@app.post("/")
async def pay(session: SessionDep) -> None:
    await store(session)
    await client.get("https://example.org")
""",
    "the transaction's block has ended": _DEPS
    + """
#= main.py
import httpx
from deps import SessionDep, app, maker, one
client = httpx.AsyncClient()
@app.post("/a")
async def a() -> None:
    async with maker() as session:
        await session.execute(one)
    await client.get("https://example.org")
@app.post("/b")
async def b(session: SessionDep) -> None:
    async with session.begin():
        await session.execute(one)
    await client.get("https://example.org")
""",
    "asked first, then queried": _DEPS
    + """
#= main.py
import httpx
from deps import SessionDep, app, one
client = httpx.AsyncClient()
@app.post("/")
async def pay(session: SessionDep) -> None:
    await client.get("https://example.org")
    await session.execute(one)
""",
    "in the other branch, or after the return": _DEPS
    + """
#= main.py
import httpx
from deps import SessionDep, app, one
client = httpx.AsyncClient()
@app.post("/")
async def pay(session: SessionDep, *, cached: bool) -> None:
    if cached:
        await session.execute(one)
        return
    await client.get("https://example.org")
""",
    "a row lock": _DEPS
    + """
#= main.py
import httpx
from sqlalchemy import column, select
from deps import SessionDep, app
client = httpx.AsyncClient()
@app.post("/")
async def pay(session: SessionDep) -> None:
    await session.execute(select(column("id")).with_for_update())
    await client.get("https://example.org")
""",
    "a short pause": _DEPS
    + """
#= main.py
import asyncio
from deps import SessionDep, app, one
@app.post("/")
async def pay(session: SessionDep) -> None:
    await session.execute(one)
    await asyncio.sleep(0.1)
""",
    "a client that is no HTTP client": _DEPS
    + """
#= main.py
import redis.asyncio as redis
from deps import SessionDep, app, one
client = redis.from_url("redis://cache")
@app.post("/")
async def pay(session: SessionDep) -> None:
    await session.execute(one)
    await client.get("key")
""",
    "a background task": _DEPS
    + """
#= main.py
import httpx
from fastapi import BackgroundTasks
from deps import SessionDep, app, one
async def ping() -> None:
    await httpx.AsyncClient().get("https://example.org")
@app.post("/")
async def pay(session: SessionDep, tasks: BackgroundTasks) -> None:
    await session.execute(one)
    tasks.add_task(ping)
""",
}

_REPOSITORY = (
    _DEPS
    + """
#= repository.py
from deps import AsyncSession, one
class Orders:
    def __init__(self, session: AsyncSession):
        self._session = session
    async def find(self, key: int):
        return await self._session.scalar(one)
    async def store(self, key: int):
        await self._session.execute(one)
        await self._session.commit()
    async def commit(self):
        await self._session.commit()
    def label(self, key: int) -> str:
        return f"order {key}"
"""
)
_PAYS = """
#= main.py
from typing import Annotated
import httpx
from fastapi import Depends
from deps import SessionDep, app, maker
from repository import Orders
client = httpx.AsyncClient()
def get_orders(session: SessionDep) -> Orders:
    return Orders(session)
OrdersDep = Annotated[Orders, Depends(get_orders)]
"""
FOUND["a repository that keeps the session"] = (
    _REPOSITORY
    + _PAYS
    + """
@app.post("/a")
async def a(key: int, orders: OrdersDep) -> None:
    await orders.find(key)
    await client.get("https://example.org")  # !
@app.post("/b")
async def b(key: int, session: SessionDep) -> None:
    orders = Orders(session)
    order = await orders.find(key)
    await client.post("https://example.org", json=order)  # !
class Payments:
    def __init__(self, orders: Orders):
        self.orders = orders
    async def pay(self, key: int) -> None:
        await self.orders.find(key)
        await client.put("https://example.org")  # !
def get_payments(orders: OrdersDep) -> Payments:
    return Payments(orders)
@app.post("/c")
async def c(key: int, payments: Annotated[Payments, Depends(get_payments)]) -> None:
    await payments.pay(key)
"""
)
LOOK_ALIKES["a repository whose transaction is ended, or that asks nothing"] = (
    _REPOSITORY
    + _PAYS
    + """
@app.post("/a")
async def a(key: int, orders: OrdersDep) -> None:
    await orders.find(key)
    await orders.store(key)
    await client.get("https://example.org")
@app.post("/b")
async def b(key: int, session: SessionDep, orders: OrdersDep) -> None:
    await orders.find(key)
    await session.commit()
    await client.get("https://example.org")
@app.post("/c")
async def c(key: int, orders: OrdersDep) -> None:
    await client.get(f"https://example.org/{orders.label(key)}")
    await orders.find(key)
@app.post("/d")
async def d(key: int, orders: OrdersDep, work=None) -> None:
    await orders.find(key)
    await work.commit()
    await client.get("https://example.org")
@app.post("/e")
async def e(key: int) -> None:
    async with maker() as session:
        await Orders(session).find(key)
    await client.get("https://example.org")
@app.post("/f")
async def f(key: int, orders: OrdersDep) -> None:
    await orders.find(key)
    await orders.commit()
    await client.get("https://example.org")
"""
)
