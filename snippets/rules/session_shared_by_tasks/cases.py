"""Tasks that run at once in one session: how they are started, and how they get it."""

BAD = [
    "orders, events = await asyncio.gather(count(session, Order), count(session, Event))",
    'await asyncio.gather(add(session, Order()), add(session, Event(name="created")))',
]

_COUNT = """
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
async def count(session: AsyncSession, table: str) -> int:
    return await session.scalar(text(f"SELECT count(*) FROM {table}"))
"""

FOUND = {
    "coroutines in one list, tasks in another": """
import asyncio
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession
async def load(session: AsyncSession, id: int):
    return await session.scalar(text("select 1"))
async def by_comprehensions(session: AsyncSession, ids: list[int]):
    coroutines = [load(session, id) for id in ids]
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    return await asyncio.gather(*tasks)  # !
async def by_loops(session: AsyncSession, ids: list[int]):
    coroutines, tasks = [], []
    for id in ids:
        coroutines.append(load(session, id))
    for coroutine in coroutines:
        tasks.append(asyncio.create_task(coroutine))
    return await asyncio.gather(*tasks)  # !
async def by_name(session: AsyncSession):
    both = [load(session, 1), load(session, 2)]
    return await asyncio.gather(*(asyncio.ensure_future(one) for one in both))  # !
""",
    "the session's own methods": """
from asyncio import gather as both
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
async def read(db: AsyncSession):
    return await both(db.execute(text("SELECT 1")), db.execute(text("SELECT 2")))  # !
""",
    "a generator of tasks, by keyword": """
#= count.py"""
    + _COUNT
    + """
#= main.py
import asyncio
from sqlalchemy.ext.asyncio import AsyncSession
import count as c
async def read(session: AsyncSession, tables: list[str]):
    return await asyncio.gather(*(c.count(session=session, table=t) for t in tables))  # !
""",
    "a list that grows in a loop": _COUNT
    + """
import asyncio
async def read(session: AsyncSession, tables: list[str]):
    tasks = []
    for table in tables:
        tasks.append(count(session, table))
    return await asyncio.gather(*tasks, return_exceptions=True)  # !
""",
    "a task group": _COUNT
    + """
import asyncio
async def read(session: AsyncSession) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(count(session, "a"))
        group.create_task(count(session, "b"))  # !
""",
    "a task group of anyio, in a loop": _COUNT
    + """
import anyio
async def read(session: AsyncSession, tables: list[str]) -> None:
    async with anyio.create_task_group() as group:
        for table in tables:
            group.start_soon(count, session, table)  # !
""",
    "tasks that are awaited at the end": _COUNT
    + """
import asyncio
async def read(session: AsyncSession) -> int:
    one = asyncio.create_task(count(session, "a"))
    two = asyncio.create_task(count(session, "b"))  # !
    return await one + await two
""",
    "methods of one object": """
import asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
class Stats:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def users(self):
        return await self.session.scalar(text("SELECT count(*) FROM users"))
    async def orders(self):
        return await self._count("orders")
    async def _count(self, table: str):
        return await self.session.scalar(text(f"SELECT count(*) FROM {table}"))
    async def both(self):
        return await asyncio.gather(self.users(), self.orders())  # !
""",
    "a closure": _COUNT
    + """
import asyncio
async def read(session: AsyncSession, tables: list[str]):
    async def one(table: str) -> int:
        return await count(session, table)
    return await asyncio.gather(*[one(table) for table in tables])  # !
""",
    "a session that is opened here": _COUNT
    + """
import asyncio
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
async def read():
    async with maker() as db:
        todo = [count(db, "a"), count(db, "b")]
        return await asyncio.gather(*todo)  # !
""",
    "map": """
import asyncio
from sqlalchemy.ext.asyncio import AsyncSession
class Items:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def read(self, key: int):
        return await self.session.get(dict, key)
async def read_all(session: AsyncSession, keys: list[int]):
    items = Items(session)
    return await asyncio.gather(*map(items.read, keys))  # !
""",
    "one connection of asyncpg, or of an async engine": """
import asyncio
import asyncpg
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
app = FastAPI()
engine = create_async_engine("postgresql+asyncpg://db/app")
async def get_connection(pool: asyncpg.Pool):
    async with pool.acquire() as connection:
        yield connection
async def count(connection, table):
    return await connection.fetchval(f"SELECT count(*) FROM {table}")
@app.get("/a")
async def a(connection: asyncpg.Connection = Depends(get_connection)):
    return await asyncio.gather(  # !
        connection.fetchval("SELECT count(*) FROM users"), connection.fetchrow("SELECT 1")
    )
@app.get("/b")
async def b(pool: asyncpg.Pool):
    async with pool.acquire() as held, asyncio.TaskGroup() as group:
        users = group.create_task(count(held, "users"))
        notes = group.create_task(count(held, "notes"))  # !
    return users.result() + notes.result()
@app.get("/c")
async def c(connection=Depends(get_connection)):
    return await asyncio.gather(*[count(connection, name) for name in ("users", "notes")])  # !
@app.get("/d")
async def d():
    async with engine.connect() as connection:
        await asyncio.gather(connection.execute(text("SELECT 1")), connection.execute(text("SELECT 2")))  # !
""",
    "repositories of one unit of work": """
import asyncio
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
app = FastAPI()
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
class Repository:
    def __init__(self, session):
        self.session = session
    async def count(self):
        return await self.session.scalar(select(func.count()))
class Work:
    async def __aenter__(self):
        self.session = maker()
        self.users = Repository(self.session)
        self.notes = Repository(self.session)
        return self
    async def __aexit__(self, *_):
        await self.session.close()
@app.get("/counts")
async def counts():
    async with Work() as work:
        return await asyncio.gather(work.users.count(), work.notes.count())  # !
@app.get("/each")
async def each():
    async with Work() as one, Work() as other:
        return await asyncio.gather(one.users.count(), other.notes.count())
""",
}

LOOK_ALIKES = {
    "those that are left are cancelled, under the same name": """
import asyncio
from sqlalchemy.ext.asyncio import AsyncSession
async def first_of(session: AsyncSession, jobs):
    started = [asyncio.create_task(job()) for job in jobs]
    try:
        for done in asyncio.as_completed(started):
            return await done
    finally:
        left = [task for task in started if not task.done()]
        for task in left:
            task.cancel()
        if left:
            await asyncio.gather(*left, return_exceptions=True)
""",
    "coroutines in a list, each with a session of its own": """
import asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
maker = async_sessionmaker()
async def load(id: int):
    async with maker() as session:
        return await session.scalar(text("select 1"))
async def use(session: AsyncSession):
    return await session.scalar(text("select 1"))
async def all_of(session: AsyncSession, ids: list[int]):
    coroutines = [load(id) for id in ids]
    tasks = [asyncio.ensure_future(coroutine) for coroutine in coroutines]
    await asyncio.gather(*tasks)
    one = [use(session)]
    return await asyncio.gather(*[asyncio.ensure_future(c) for c in one])
""",
    "one after the other": _COUNT
    + """
async def read(session: AsyncSession) -> int:
    return await count(session, "a") + await count(session, "b")
""",
    "a session of each task": """
import asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
async def count(table: str):
    async with maker() as session:
        return await session.scalar(text(f"SELECT count(*) FROM {table}"))
async def read():
    return await asyncio.gather(count("a"), count("b"))
""",
    "only one of the tasks uses it": _COUNT
    + """
import asyncio
async def rate() -> int:
    return 1
async def read(session: AsyncSession):
    return await asyncio.gather(count(session, "a"), rate())
""",
    "tasks that do not touch it": """
import asyncio
from sqlalchemy.ext.asyncio import AsyncSession
async def send(session: AsyncSession, address: str) -> None:
    print(address)
async def read(session: AsyncSession):
    await asyncio.gather(send(session, "a"), send(session, "b"))
""",
    "tasks that wait for a lock": """
import asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
lock = asyncio.Lock()
async def count(session: AsyncSession, table: str):
    async with lock:
        return await session.scalar(text(f"SELECT count(*) FROM {table}"))
async def read(session: AsyncSession):
    return await asyncio.gather(count(session, "a"), count(session, "b"))
""",
    "a session for each, from a list": _COUNT
    + """
import asyncio
async def read(sessions: list[AsyncSession]):
    return await asyncio.gather(*(count(session, "a") for session in sessions))
""",
    "sessions of an HTTP client": """
import asyncio
from aiohttp import ClientSession
async def fetch(session: ClientSession, url: str):
    return await session.get(url)
async def read(session: ClientSession):
    return await asyncio.gather(fetch(session, "a"), fetch(session, "b"))
""",
    "a task that is awaited before the next": _COUNT
    + """
import asyncio
async def read(session: AsyncSession) -> int:
    one = asyncio.create_task(count(session, "a"))
    first = await one
    two = asyncio.create_task(count(session, "b"))
    return first + await two
""",
    "a pool of asyncpg, which has a connection for each": """
import asyncio
import asyncpg
from fastapi import FastAPI
app = FastAPI()
async def count(pool: asyncpg.Pool, table):
    async with pool.acquire() as connection:
        return await connection.fetchval(f"SELECT count(*) FROM {table}")
@app.get("/a")
async def a(pool: asyncpg.Pool):
    return await asyncio.gather(pool.fetchval("SELECT 1"), pool.fetchval("SELECT 2"))
@app.get("/b")
async def b(pool: asyncpg.Pool):
    return await asyncio.gather(*[count(pool, name) for name in ("users", "notes")])
@app.get("/c")
async def c(connection: asyncpg.Connection):
    return [await connection.fetchval("SELECT 1"), await connection.fetchval("SELECT 2")]
""",
}

_REPOSITORIES = """
#= db.py
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
async def get_session():
    async with maker() as session:
        yield session
async def get_other():
    async with maker() as session:
        yield session
#= repositories.py
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
class Users:
    def __init__(self, session: AsyncSession):
        self.session = session
    async def count(self) -> int:
        return await self.session.scalar(text("SELECT 1"))
class Orders(Users):
    async def total(self) -> int:
        return await self.session.scalar(text("SELECT 2"))
#= main.py
import asyncio
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession
from db import get_other, get_session, maker
from repositories import Orders, Users
app = FastAPI()
SessionDep = Annotated[AsyncSession, Depends(get_session)]
"""
FOUND["two repositories of one session"] = (
    _REPOSITORIES
    + """
class Service:
    def __init__(self, users: Users, orders: Orders):
        self.users = users
        self.orders = orders
    async def both(self):
        return await asyncio.gather(self.users.count(), self.orders.total())  # !
def get_service(session: SessionDep) -> Service:
    return Service(Users(session), Orders(session))
def get_users(session: SessionDep) -> Users:
    return Users(session)
def get_orders(db: SessionDep) -> Orders:
    return Orders(db)
@app.get("/a")
async def a(service: Annotated[Service, Depends(get_service)]):
    return await service.both()
@app.get("/b")
async def b(
    users: Annotated[Users, Depends(get_users)], orders: Annotated[Orders, Depends(get_orders)]
):
    return await asyncio.gather(users.count(), orders.total())  # !
@app.get("/c")
async def c(session: SessionDep):
    users, orders = Users(session), Orders(session)
    async with asyncio.TaskGroup() as group:
        one = group.create_task(users.count())
        two = group.create_task(orders.total())  # !
    return one.result(), two.result()
"""
)
LOOK_ALIKES["two repositories, each with a session of its own"] = (
    _REPOSITORIES
    + """
OtherDep = Annotated[AsyncSession, Depends(get_other)]
def get_users(session: SessionDep) -> Users:
    return Users(session)
def get_orders(session: OtherDep) -> Orders:
    return Orders(session)
@app.get("/b")
async def b(
    users: Annotated[Users, Depends(get_users)], orders: Annotated[Orders, Depends(get_orders)]
):
    return await asyncio.gather(users.count(), orders.total())
@app.get("/c")
async def c():
    async with maker() as one, maker() as two:
        return await asyncio.gather(Users(one).count(), Orders(two).total())
@app.get("/d")
async def d(session: SessionDep):
    users, orders = Users(session), Orders(session)
    return await users.count(), await orders.total()
"""
)
