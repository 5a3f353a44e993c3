"""Functions that commit: called one after the other, and those for which that is right."""

BAD = ["await take_one(session, product_id)"]

_MAIN = """
#= crud.py
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
async def create_user(db: AsyncSession, name: str) -> User:
    user = User(name=name)
    db.add(user)
    await db.commit()
    await db.refresh(user)
    return user
async def rename(db: AsyncSession, key: int, name: str) -> None:
    await db.execute(update(User).where(User.id == key).values(name=name))
    await db.commit()
async def find(db: AsyncSession, key: int) -> User | None:
    return await db.get(User, key)
async def flushed(db: AsyncSession, name: str) -> None:
    db.add(User(name=name))
    await db.flush()
async def perhaps(db: AsyncSession, name: str, commit: bool = True) -> None:
    db.add(User(name=name))
    if commit:
        await db.commit()
def add_now(db: Session, name: str) -> None:
    db.add(User(name=name))
    db.commit()
class Repository:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session
    async def save(self, user: User) -> None:
        self.session.add(user)
        await self.session.commit()
    async def remove(self, user: User) -> None:
        try:
            await self.session.delete(user)
            await self.session.commit()
        except ValueError:
            await self.session.rollback()
            raise
#= deps.py
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
def get_db() -> AsyncSession: ...
def get_sync_db() -> Session: ...
#= main.py
import httpx
from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
import crud
from crud import Repository, User
from deps import get_db, get_sync_db
router = APIRouter()
"""

FOUND = {
    "functions of a module": _MAIN
    + """
@router.post("/users")
async def create(name: str, db: AsyncSession = Depends(get_db)):
    user = await crud.create_user(db, name)
    await crud.rename(db=db, key=user.id, name="x")  # !
    return user.id
""",
    "the same function twice, synchronous": _MAIN
    + """
@router.post("/pairs")
def create(one: str, two: str, db: Session = Depends(get_sync_db)):
    crud.add_now(db, one)
    crud.add_now(db, two)  # !
""",
    "a repository": _MAIN
    + """
@router.put("/users")
async def replace(users: Repository = Depends()):
    await users.save(User(name="new"))
    await users.remove(User(name="old"))  # !
""",
    "in branches of which one run may take both": _MAIN
    + """
@router.post("/users")
async def create(name: str, kind: str, new: bool, db: AsyncSession = Depends(get_db)):
    if kind == "new":
        await crud.create_user(db, name)
        kind = "old"
    if kind == "old":
        await crud.rename(db, 1, name)  # !
@router.put("/users")
async def put(name: str, kind: str, new: bool, db: AsyncSession = Depends(get_db)):
    if new:
        await crud.create_user(db, name)
    if kind == "old":
        await crud.rename(db, 1, name)  # !
""",
    "in a service": _MAIN
    + """
class Service:
    def __init__(self, db: AsyncSession) -> None:
        self.db = db
    async def sign_up(self, name: str) -> None:
        user = await crud.create_user(self.db, name)
        if user.name:
            await crud.rename(self.db, user.id, name)  # !
@router.post("/users")
async def create(name: str, db: AsyncSession = Depends(get_db)):
    await Service(db).sign_up(name)
""",
    "with a read in between": _MAIN
    + """
@router.post("/users")
async def create(name: str, db: AsyncSession = Depends(get_db)):
    user = await crud.create_user(db, name)
    other = await crud.find(db, user.id + 1)
    if other is None:
        return None
    await crud.rename(db, other.id, name)  # !
    return user.id
""",
    "the second refuses where there is none": """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Member, Room
from somewhere import broker, get_db
app = FastAPI()
async def join(session: AsyncSession, name: str):
    session.add(Member(name=name))
    await session.commit()
async def fill(session: AsyncSession, name: str):
    room = await session.get(Room, name)
    if room is None:
        raise LookupError(name)
    session.add(Member(name=name))
    await session.commit()
@app.post("/")
async def post(name: str, session: AsyncSession = Depends(get_db)):
    await join(session, name)
    await fill(session, name)  # !
""",
    "the second looks first, and may refuse": """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Member, Room
from somewhere import broker, get_db
app = FastAPI()
async def join(session: AsyncSession, name: str):
    session.add(Member(name=name))
    await session.commit()
async def claim(session: AsyncSession, name: str):
    if await session.scalar(select(Member).where(Member.nick == name)):
        raise LookupError(name)
    room = await session.get(Room, name)
    if room is None:
        session.add(Room(name=name))
    await session.commit()
@app.post("/")
async def post(name: str, session: AsyncSession = Depends(get_db)):
    await join(session, name)
    await claim(session, name)  # !
""",
    "two statements that asyncpg commits": """
import asyncpg
from fastapi import Depends, FastAPI
app = FastAPI()
async def get_connection(pool: asyncpg.Pool):
    async with pool.acquire() as connection:
        yield connection
@app.post("/transfer")
async def transfer(amount: int, to: int, me: int, connection: asyncpg.Connection = Depends(get_connection)):
    await connection.execute("UPDATE accounts SET credit = credit - $1 WHERE id = $2", amount, me)
    await connection.execute("UPDATE accounts SET credit = credit + $1 WHERE id = $2", amount, to)  # !
@app.post("/orders")
async def order(items: list[int], pool: asyncpg.Pool):
    async with pool.acquire() as held:
        key = await held.fetchval("INSERT INTO orders DEFAULT VALUES RETURNING id")
        for item in items:
            await held.execute("INSERT INTO positions VALUES ($1, $2)", key, item)  # !
@app.delete("/orders/{key}")
async def delete(key: int, pool: asyncpg.Pool):
    await pool.execute("DELETE FROM positions WHERE order_id = $1", key)
    await pool.execute("DELETE FROM orders WHERE id = $1", key)  # !
""",
}

_ENSURED = (
    _MAIN
    + """
@router.post("/games")
async def end(winner: int, loser: int, db: AsyncSession = Depends(get_db)):
    one = await crud.find(db, winner)
    two = await crud.find(db, loser)
    if not one:
        one = await crud.create_user(db, "one")
"""
)

FOUND["the pair that matters, after users that were missing"] = (
    _ENSURED
    + """
    if not two:
        two = await crud.create_user(db, "two")
    await crud.rename(db, one.id, "won")
    await crud.rename(db, two.id, "lost")  # !
"""
)
LOOK_ALIKES = {
    "the first makes what is missing": _ENSURED
    + """
    await crud.rename(db, one.id, "won")
""",
    "statements of asyncpg in a transaction, alone, or for a log": """
import asyncpg
from fastapi import Depends, FastAPI
app = FastAPI()
async def get_connection(pool: asyncpg.Pool):
    async with pool.acquire() as connection:
        async with connection.transaction():
            yield connection
@app.post("/transfer")
async def transfer(amount: int, to: int, me: int, connection: asyncpg.Connection = Depends(get_connection)):
    await connection.execute("UPDATE accounts SET credit = credit - $1 WHERE id = $2", amount, me)
    await connection.execute("UPDATE accounts SET credit = credit + $1 WHERE id = $2", amount, to)
@app.post("/orders")
async def order(item: int, pool: asyncpg.Pool):
    async with pool.acquire() as held, held.transaction():
        await store(held, item)
async def store(held: asyncpg.Connection, item: int):
    key = await held.fetchval("INSERT INTO orders DEFAULT VALUES RETURNING id")
    await held.execute("INSERT INTO positions VALUES ($1, $2)", key, item)
@app.delete("/orders/{key}")
async def delete(key: int, pool: asyncpg.Pool):
    await pool.execute("DELETE FROM orders WHERE id = $1", key)
    await pool.execute("INSERT INTO audit_log (order_id) VALUES ($1)", key)
@app.put("/orders/{key}")
async def change(key: int, is_paid: bool, pool: asyncpg.Pool):
    if is_paid:
        await pool.execute("UPDATE orders SET paid = true WHERE id = $1", key)
    else:
        await pool.execute("DELETE FROM orders WHERE id = $1", key)
""",
}
LOOK_ALIKES |= {
    "one commits": _MAIN
    + """
@router.post("/users")
async def create(name: str, db: AsyncSession = Depends(get_db)):
    await crud.flushed(db, name)
    await crud.find(db, 1)
    await crud.create_user(db, name)
""",
    "one or the other": _MAIN
    + """
@router.post("/users")
async def create(name: str, new: bool, db: AsyncSession = Depends(get_db)):
    if new:
        await crud.create_user(db, name)
    else:
        await crud.rename(db, 1, name)
""",
    "one of two kinds": _MAIN
    + """
@router.post("/users")
async def create(name: str, kind: str, db: AsyncSession = Depends(get_db)):
    if kind == "new":
        await crud.create_user(db, name)
    if kind in ("old", "other"):
        await crud.rename(db, 1, name)
@router.put("/users")
async def put(name: str, known: bool, db: AsyncSession = Depends(get_db)):
    if not known:
        await crud.create_user(db, name)
    print(name)
    if known:
        await crud.rename(db, 1, name)
""",
    "one of two cases, or a refusal": _MAIN
    + """
def refuse():
    raise HTTPException(400)
@router.post("/users")
async def create(name: str, kind: str, db: AsyncSession = Depends(get_db)):
    match kind:
        case "new":
            await crud.create_user(db, name)
        case "old":
            await crud.rename(db, 1, name)
@router.put("/users")
async def put(name: str, new: bool, kind: int, db: AsyncSession = Depends(get_db)):
    if new:
        await crud.create_user(db, name)
        match kind:
            case 1:
                return "one"
            case _:
                return "more"
    elif kind:
        await crud.create_user(db, name)
        refuse()
    await crud.rename(db, 1, name)
""",
    "told not to commit": _MAIN
    + """
@router.post("/users")
async def create(name: str, db: AsyncSession = Depends(get_db)):
    await crud.perhaps(db, name, commit=False)
    await crud.perhaps(db, name)
""",
    "the failure is looked after": _MAIN
    + """
@router.post("/users")
async def create(name: str, db: AsyncSession = Depends(get_db)):
    user = await crud.create_user(db, name)
    try:
        await crud.rename(db, user.id, name)
    except ValueError:
        await db.delete(user)
        await db.commit()
""",
    "a call to another service in between": _MAIN
    + """
@router.post("/users")
async def create(name: str, db: AsyncSession = Depends(get_db)):
    user = await crud.create_user(db, name)
    async with httpx.AsyncClient() as client:
        answer = await client.post("https://pay.example.com", json={"id": user.id})
    await crud.rename(db, user.id, answer.text)
""",
    "two sessions": _MAIN
    + """
@router.post("/users")
async def create(name: str, db: AsyncSession = Depends(get_db), log: AsyncSession = Depends()):
    await crud.create_user(db, name)
    await crud.rename(log, 1, name)
""",
    "not for a request": _MAIN
    + """
async def seed(db: AsyncSession):
    await crud.create_user(db, "a")
    await crud.create_user(db, "b")
""",
    "the turn of the loop ends": _MAIN
    + """
@router.post("/users")
async def create(names: list[str], db: AsyncSession = Depends(get_db)):
    for name in names:
        if name.startswith("x"):
            await crud.create_user(db, name)
            continue
        await crud.rename(db, 1, name)
""",
    "a record of what was done": _MAIN.replace("async def rename(", "async def log_rename(")
    + """
@router.post("/users")
async def create(name: str, db: AsyncSession = Depends(get_db)):
    await crud.create_user(db, name)
    await crud.log_rename(db, 1, name)
""",
    "a queue is told between the two": """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Member, Room
from somewhere import broker, get_db
app = FastAPI()
async def join(session: AsyncSession, name: str):
    session.add(Member(name=name))
    await session.commit()
async def announce(session: AsyncSession, name: str):
    session.add(Room(name=name))
    await session.commit()
@app.post("/")
async def post(name: str, session: AsyncSession = Depends(get_db)):
    await join(session, name)
    await broker.publish(name)
    await announce(session, name)
""",
    "a workflow is told in a function between the two": """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Member, Room
from somewhere import broker, get_db
app = FastAPI()
async def join(session: AsyncSession, name: str):
    session.add(Member(name=name))
    await session.commit()
async def tell(handle, name):
    await handle.signal(name)
async def finish(session: AsyncSession, name: str):
    session.add(Room(name=name))
    await session.commit()
@app.post("/")
async def post(name: str, session: AsyncSession = Depends(get_db)):
    await join(session, name)
    await tell(broker, name)
    await finish(session, name)
""",
    "what the second does begins outside": """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Member, Room
from somewhere import broker, get_db
app = FastAPI()
async def join(session: AsyncSession, name: str):
    session.add(Member(name=name))
    await session.commit()
async def enrol(session: AsyncSession, name: str):
    number = await broker.reserve(name)
    session.add(Room(name=number))
    await session.commit()
@app.post("/")
async def post(name: str, session: AsyncSession = Depends(get_db)):
    await join(session, name)
    await enrol(session, name)
""",
    "the second makes only what is missing": """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Member, Room
from somewhere import broker, get_db
app = FastAPI()
async def join(session: AsyncSession, name: str):
    session.add(Member(name=name))
    await session.commit()
async def ensure(session: AsyncSession, name: str):
    room = await session.scalar(select(Room).where(Room.name == name))
    if room:
        return room
    session.add(Room(name=name))
    await session.commit()
@app.post("/")
async def post(name: str, session: AsyncSession = Depends(get_db)):
    await join(session, name)
    await ensure(session, name)
""",
    "the second is called only for what is missing": """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Member, Room
from somewhere import broker, get_db
app = FastAPI()
async def join(session: AsyncSession, name: str):
    session.add(Member(name=name))
    await session.commit()
async def find(session: AsyncSession, name: str):
    return await session.scalar(select(Room).where(Room.name == name))
async def build(session: AsyncSession, name: str):
    session.add(Room(name=name))
    await session.commit()
@app.post("/")
async def post(name: str, session: AsyncSession = Depends(get_db)):
    await join(session, name)
    if await find(session, name) is None:
        await build(session, name)
""",
    "the second adds or changes": """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Member, Room
from somewhere import broker, get_db
app = FastAPI()
async def join(session: AsyncSession, name: str):
    session.add(Member(name=name))
    await session.commit()
async def put(session: AsyncSession, name: str):
    room = await session.get(Room, name)
    if not room:
        room = Room(name=name)
        session.add(room)
    room.name = name
    await session.commit()
@app.post("/")
async def post(name: str, session: AsyncSession = Depends(get_db)):
    await join(session, name)
    await put(session, name)
""",
    "a task is put into a queue between the two": """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Member, Room
from somewhere import broker, get_db
app = FastAPI()
async def join(session: AsyncSession, name: str):
    session.add(Member(name=name))
    await session.commit()
async def welcome(session: AsyncSession, name: str):
    session.add(Room(name=name))
    await session.commit()
@app.post("/")
async def post(name: str, session: AsyncSession = Depends(get_db)):
    await join(session, name)
    broker.greet.delay(name)
    await welcome(session, name)
""",
    "the first gets or makes": """
from fastapi import Depends, FastAPI
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from models import Member, Room
from somewhere import get_db
app = FastAPI()
async def room_of(session: AsyncSession):
    result = await session.execute(select(Room).limit(1))
    room = result.scalar_one_or_none()
    if room:
        return room
    room = Room(name="first")
    session.add(room)
    await session.commit()
    return room
async def join(session: AsyncSession, name: str):
    session.add(Member(name=name))
    await session.commit()
@app.post("/")
async def post(name: str, session: AsyncSession = Depends(get_db)):
    await room_of(session)
    await join(session, name)
""",
}

_LEDGER = """
#= ledger.py
import logging
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
logger = logging.getLogger(__name__)
class Base(DeclarativeBase): ...
class Purse(Base):
    __tablename__ = "purses"
    id: Mapped[int] = mapped_column(primary_key=True)
    coins: Mapped[int]
    view_count: Mapped[int]
class Purses:
    def __init__(self, session: Session) -> None:
        self.session = session
    def find(self, key: int) -> Purse | None:
        return self.session.get(Purse, key)
    def give(self, key: int, coins: int) -> Purse | None:
        purse = self.find(key)
        if purse:
            purse.coins += coins
            self.session.commit()
            return purse
        return None
    def open(self, key: int) -> None:
        self.session.add(Purse(id=key))
        self.session.commit()
    def seen(self, key: int) -> None:
        purse = self.session.get(Purse, key)
        purse.view_count += 1
        self.session.commit()
    def rollback(self) -> None:
        self.session.rollback()
#= main.py
from fastapi import Depends, FastAPI, HTTPException
from ledger import Purses, logger
from somewhere import get_purses
app = FastAPI()
"""
FOUND["a number of a row that was found, and an except that can only roll back"] = (
    _LEDGER
    + """
@app.post("/gifts")
def give(coins: int, purses: Purses = Depends(get_purses)):
    try:
        purses.give(1, -coins)
        purses.give(2, coins)  # !
    except Exception as error:
        purses.rollback()
        logger.exception("no gift")
        raise HTTPException(500, "no gift") from error
"""
)
LOOK_ALIKES["an except that gives back, one that goes on, and a number of visits"] = (
    _LEDGER
    + """
@app.post("/gifts")
def give(coins: int, purses: Purses = Depends(get_purses)):
    purses.give(1, -coins)
    try:
        purses.open(2)
    except Exception as error:
        purses.give(1, coins)
        raise HTTPException(500, "no gift") from error
@app.post("/openings")
def open_two(purses: Purses = Depends(get_purses)):
    purses.open(1)
    try:
        purses.open(2)
    except Exception:
        logger.exception("only one")
@app.post("/visits")
def visit(purses: Purses = Depends(get_purses)):
    purses.open(1)
    purses.seen(1)
"""
)
