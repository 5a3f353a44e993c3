"""Jobs about rows: whether the row is committed when the job is enqueued."""

BAD = ["jobs.put_nowait(order.id)"]

_DEPS = """
#= deps.py
from typing import Annotated
from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
class Base(DeclarativeBase): ...
class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
async def get_db():
    async with maker() as session:
        yield session
async def get_committed():
    async with maker() as session:
        yield session
        await session.commit()
SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]
CommittedDep = Annotated[AsyncSession, Depends(get_committed, scope="function")]
#= jobs.py
from celery import Celery, shared_task
app = Celery("app")
@shared_task
def confirm(order_id): ...
"""
_MAIN = (
    _DEPS
    + """
#= main.py
from fastapi import FastAPI
from jobs import app as celery, confirm
from deps import AsyncSession, CommittedDep, Order, SessionDep, maker
app = FastAPI()
"""
)

FOUND = {
    "inside a unit of work that commits at its end": """
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
@asynccontextmanager
async def transaction(session):
    yield
    await session.commit()
@app.post("/users")
async def create(name: str, work: Work = Depends()):
    async with work:
        user = User(name=name)
        work.session.add(user)
        await work.session.flush()
        send.delay(user.id)  # !
@app.post("/more")
async def more(name: str, session: AsyncSession = Depends(get_db)):
    async with transaction(session):
        user = User(name=name)
        session.add(user)
        await session.flush()
        send.delay(user.id)  # !
""",
    "the dependency commits": _MAIN
    + """
@app.post("/")
async def create(session: CommittedDep):
    order = Order()
    session.add(order)
    await session.flush()
    confirm.delay(order.id)  # !
    return order.id
""",
    "a dependency that is known by its annotation": _MAIN
    + """
from collections.abc import AsyncIterator
from typing import Annotated
from fastapi import Depends, Request
async def get_state_db(request: Request) -> AsyncIterator[AsyncSession]:
    async with request.state.maker() as session:
        yield session
        await session.commit()
@app.post("/")
async def create(session: Annotated[AsyncSession, Depends(get_state_db)]):
    order = Order()
    session.add(order)
    await session.flush()
    confirm.delay(order.id)  # !
""",
    "the block commits": _MAIN
    + """
@app.post("/")
async def create():
    async with maker.begin() as session:
        order = Order()
        session.add(order)
        await session.flush()
        confirm.apply_async(args=[str(order.id)], queue="slow")  # !
""",
    "a service that adds, an endpoint that commits": _MAIN
    + """
async def store(session: AsyncSession) -> Order:
    order = Order()
    session.add(order)
    await session.flush()
    return order
@app.post("/")
async def create(session: SessionDep):
    order = await store(session)
    celery.send_task("confirm", kwargs={"order": order.id})  # !
    await session.commit()
""",
    "a service that enqueues, whose caller commits": _MAIN
    + """
async def store(session: AsyncSession) -> Order:
    order = Order()
    session.add(order)
    await session.flush()
    confirm.delay(order.id)  # !
    return order
@app.post("/")
async def create(session: SessionDep):
    await store(session)
    await session.commit()
""",
    "dramatiq, in a class": _DEPS
    + """
#= service.py
import dramatiq
from sqlalchemy.ext.asyncio import AsyncSession
from deps import Order
@dramatiq.actor(max_retries=3)
def confirm(order_id): ...
class Orders:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def create(self) -> Order:
        order = Order()
        self.session.add(order)
        await self.session.flush()
        confirm.send(order.id)  # !
        await self.session.commit()
        return order
""",
    "taskiq and arq": _MAIN
    + """
from tasks import check
@app.post("/")
async def create(session: CommittedDep, arq):
    order = Order()
    session.add(order)
    await session.flush()
    await check.kiq(order.id)  # !
    await arq.enqueue_job("confirm", order.id)  # !
""",
    "rq, a plain session": """
from fastapi import FastAPI
from redis import Redis
from rq import Queue
from sqlalchemy import create_engine
from sqlalchemy.orm import Session
from models import Order
app = FastAPI()
engine = create_engine("postgresql://db/app")
queue = Queue(connection=Redis())
def confirm(order_id): ...
@app.post("/")
def create():
    with Session(engine) as session:
        order = Order()
        session.add(order)
        session.flush()
        queue.enqueue(confirm, order.id)  # !
        session.commit()
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

@app.post("/a")
async def a():
    async with Work() as work:
        item = Item(data={})
        work.session.add(item)
        send.delay(item.id)  # !
        await work.commit()
""",
    "a unit of work given a factory, repositories without a type": _MAIN
    + """
#= work.py
from deps import Order, maker
class Repository:
    model = None
    def __init__(self, session):
        self.session = session
    async def add(self, row):
        self.session.add(row)
        await self.session.flush()
        return row
class Orders(Repository):
    model = Order
class Work:
    def __init__(self, factory=maker):
        self.factory = factory
    async def __aenter__(self):
        self.session = self.factory()
        self.orders = Orders(self.session)
        return self
    async def __aexit__(self, *_):
        await self.session.close()
    async def commit(self):
        await self.session.commit()
#= main.py
from fastapi import FastAPI
from jobs import confirm
from deps import Order
from work import Work
app = FastAPI()
@app.post("/")
async def create():
    async with Work() as work:
        order = await work.orders.add(Order(status="new"))
        confirm.delay(order.id)  # !
        await work.commit()
""",
    "a row that was loaded and is changed": _MAIN
    + """
@app.post("/{key}/pay")
async def pay(key: int, session: SessionDep):
    order = await session.get(Order, key)
    order.status = "paid"
    confirm.delay(order.id)  # !
    await session.commit()
@app.post("/{key}/ship")
async def ship(key: int, session: CommittedDep, queue):
    order = await session.get_one(Order, key)
    order.status += " and shipped"
    await queue.enqueue_job("ship", order_id=order.id)  # !
""",
}

LOOK_ALIKES = {
    "after a unit of work that commits at its end": """
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
@asynccontextmanager
async def transaction(session):
    yield
    await session.commit()
@app.post("/users")
async def create(name: str, session: AsyncSession = Depends(get_db)):
    async with Work(session):
        user = User(name=name)
        session.add(user)
    send.delay(user.id)
@app.post("/more")
async def more(name: str, session: AsyncSession = Depends(get_db)):
    async with transaction(session):
        user = User(name=name)
        session.add(user)
    send.delay(user.id)
""",
    "committed first": _MAIN
    + """
@app.post("/")
async def create(session: SessionDep):
    order = Order()
    session.add(order)
    await session.commit()
    confirm.delay(order.id)
    other = Order()
    session.add(other)
    await session.commit()
""",
    "committed by the service that stores": _MAIN
    + """
async def store(session: AsyncSession) -> Order:
    order = Order()
    session.add(order)
    await session.commit()
    return order
@app.post("/")
async def create(session: CommittedDep):
    order = await store(session)
    confirm.delay(order.id)
""",
    "after the block": _MAIN
    + """
@app.post("/")
async def create():
    async with maker.begin() as session:
        order = Order()
        session.add(order)
    confirm.delay(order.id)
""",
    "another row": _MAIN
    + """
@app.post("/")
async def create(session: CommittedDep, user_id: int):
    user = await session.get(Order, user_id)
    session.add(Order())
    confirm.delay(user.id)
""",
    "an hour later": _MAIN
    + """
@app.post("/")
async def create(session: CommittedDep):
    order = Order()
    session.add(order)
    await session.flush()
    confirm.apply_async((order.id,), countdown=3600)
""",
    "a function that waits for the commit": _MAIN
    + """
from sqlalchemy import event
@app.post("/")
async def create(session: CommittedDep):
    order = Order()
    session.add(order)
    await session.flush()
    @event.listens_for(session.sync_session, "after_commit")
    def tell(_):
        confirm.delay(order.id)
""",
    "an outbox of the program's own": _MAIN
    + """
class Outbox:
    async def enqueue_job(self, name, key): ...
outbox = Outbox()
@app.post("/")
async def create(session: CommittedDep):
    order = Order()
    session.add(order)
    await session.flush()
    await outbox.enqueue_job("confirm", order.id)
""",
    "another send": _MAIN
    + """
@app.post("/")
async def create(session: CommittedDep, socket):
    order = Order()
    session.add(order)
    await socket.send(order.id)
""",
    "a row that was loaded, and is changed after it or committed": _MAIN
    + """
@app.post("/{key}/pay")
async def pay(key: int, session: SessionDep):
    order = await session.get(Order, key)
    order.status = "paid"
    await session.commit()
    confirm.delay(order.id)
@app.post("/{key}/ship")
async def ship(key: int, session: SessionDep, queue):
    order = await session.get_one(Order, key)
    job = await queue.enqueue_job("ship", order_id=order.id)
    order.status = job.job_id
    await session.commit()
@app.post("/{key}/tell")
async def tell(key: int, session: SessionDep, answer):
    order = await session.get_one(Order, key)
    answer.status = "told"
    confirm.delay(order.id)
    await session.commit()
""",
}
