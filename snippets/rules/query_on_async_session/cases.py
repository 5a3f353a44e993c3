"""Sessions and statements, and the methods that are called of them."""

BAD = [
    "member = session.query(Member).filter(Member.name == name).first()",
    "return select(Member).where(Member.city == city).limit(20).all()",
    "await session.add(Member(name=name, city=city))",
    'found = await session.execute("SELECT count(*) FROM members")',
]

_DB = """
#= db.py
from typing import Annotated
from fastapi import Depends
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
plain = sessionmaker(create_engine("postgresql+psycopg://db/app"))
class Base(DeclarativeBase): ...
class Row(Base):
    __tablename__ = "rows"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
async def get_db():
    async with maker() as session:
        yield session
def get_plain_db():
    with plain() as session:
        yield session
Db = Annotated[AsyncSession, Depends(get_db)]
#= main.py
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session
from sqlalchemy.orm import Query, Session
from db import Db, Row, get_db, get_plain_db, maker, plain
app = FastAPI()
"""

FOUND = {
    "plain strings, of sessions and connections of each kind": _DB
    + """
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
PING = "SELECT 1"
engine = create_engine("postgresql+psycopg://db/app")
other = create_async_engine("postgresql+asyncpg://db/app")
@app.get("/a")
async def a(db: Db, name: str):
    await db.execute("SELECT 1")  # !
    await db.scalar(f"SELECT id FROM rows WHERE name = '{name}'")  # !
@app.get("/b")
def b(db: Session = Depends(get_plain_db)):
    return db.scalars(PING).all()  # !
@app.get("/c")
def c():
    with engine.connect() as connection:
        connection.execute("SELECT 1")  # !
@app.get("/d")
async def d():
    async with other.begin() as connection:
        await connection.execute("TRUNCATE rows")  # !
""",
    "of a dependency, without an annotation": _DB
    + """
@app.get("/rows")
async def read(db=Depends(get_db)):
    return db.query(Row).all()  # !
""",
    "awaited, in a repository": _DB
    + """
class Rows:
    def __init__(self, db: AsyncSession) -> None:
        self.db = db
    async def named(self, name: str):
        return await self.db.query(Row).filter_by(name=name).first()  # !
@app.get("/rows/{name}")
async def read(name: str, db: Db):
    return await Rows(db).named(name)
""",
    "of a maker": _DB
    + """
@app.get("/rows/count")
async def count():
    async with maker() as db:
        return db.query(func.count(Row.id)).scalar()  # !
""",
    "in a function that is handed the session": _DB
    + """
def find(db: AsyncSession, name: str):
    query = db.query(Row)  # !
    return query.filter(Row.name == name).first()
@app.get("/rows/{name}")
async def read(name: str, db: Db):
    return find(db, name)
""",
    "of SQLModel": """
from fastapi import FastAPI
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession
app = FastAPI()
class Row(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
async def rows(session: AsyncSession):
    return session.query(Row).all()  # !
async def first(session: AsyncSession):
    return select(Row).first()  # !
""",
    "many rows at once": _DB
    + """
@app.post("/rows")
async def create(names: list[str], db: Db):
    await db.bulk_save_objects([Row(name=name) for name in names])  # !
    await db.commit()
@app.post("/mappings")
async def map_them(names: list[str], db: Db):
    db.bulk_insert_mappings(Row, [{"name": name} for name in names])  # !
""",
    "in a try that catches everything": _DB
    + """
@app.get("/rows")
async def read(db: Db):
    try:
        return db.query(Row).all()  # !
    except Exception:
        return []
""",
    "the methods of a select": _DB
    + """
@app.get("/rows/{row_id}")
async def read(row_id: int, db: Db):
    return await select(Row).get(row_id)  # !
@app.get("/rows/named/{name}")
async def named(name: str, db: Db):
    statement = select(Row).where(Row.name == name)
    return statement.one_or_none()  # !
@app.get("/count")
async def count(db: Db):
    return select(Row).count()  # !
""",
    "await of what gives None": _DB
    + """
@app.post("/rows")
async def create(name: str, db: Db):
    await db.add(Row(name=name))  # !
    await db.commit()
@app.post("/many")
async def many(names: list[str], db: Db):
    await db.add_all([Row(name=name) for name in names])  # !
""",
}

LOOK_ALIKES = {
    "SQL in text(), and strings of what is no SQLAlchemy 2": _DB
    + """
import asyncpg
import sqlite3
from sqlalchemy import text
PING = text("SELECT 1")
@app.get("/a")
async def a(db: Db, plain_db: Session = Depends(get_plain_db)):
    await db.execute(PING)
    plain_db.execute(text("SELECT 1"))
    plain_db.connection().exec_driver_sql("SELECT 1")
    sqlite3.connect("rows.db").execute("SELECT 1")
    connection = await asyncpg.connect("postgresql://db/app")
    await connection.execute("SELECT 1")
""",
    "a plain string, which SQLAlchemy 1 takes": """
#= requirements.txt
sqlalchemy==1.4.54
#= main.py
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker
maker = sessionmaker(create_engine("postgresql+psycopg2://db/app"))
app = FastAPI()
def get_db():
    with maker() as session:
        yield session
@app.get("/a")
def a(db: Session = Depends(get_db)):
    db.execute("SELECT 1")
""",
    "a plain session": _DB
    + """
@app.get("/rows")
def read(db: Session = Depends(get_plain_db)):
    return db.query(Row).all()
""",
    "a plain session that an annotation calls async": _DB
    + """
def find(db: AsyncSession, name: str):
    return db.query(Row).filter(Row.name == name).first()
@app.get("/rows")
def read(db: AsyncSession = Depends(get_plain_db)):
    return db.query(Row).all()
@app.get("/rows/{name}")
def one(name: str, db: Session = Depends(get_plain_db)):
    return find(db, name)
class Rows:
    def __init__(self, db: AsyncSession) -> None:
        self.db = db
    def all(self):
        return self.db.query(Row).all()
@app.get("/all")
def read_all(db: Session = Depends(get_plain_db)):
    return Rows(db).all()
""",
    "within run_sync": _DB
    + """
def rows(session: Session):
    return session.query(Row).all()
@app.get("/rows")
async def read(db: Db):
    await db.run_sync(lambda session: session.query(Row).count())
    return await db.run_sync(rows)
@app.get("/sync")
async def sync(db: Db):
    return db.sync_session.query(Row)
""",
    "a class that has the method": _DB
    + """
class Querying(AsyncSession):
    def query(self, model):
        return select(model)
    async def add(self, row):
        super().add(row)
        await self.flush()
@app.get("/rows")
async def read(db: Querying = Depends(get_db)):
    await db.add(Row(name="ada"))
    return (await db.scalars(db.query(Row))).all()
""",
    "a session of either kind": _DB
    + """
def rows(db: AsyncSession | Session):
    return db.query(Row).all()
async def either(db: AsyncSession):
    if hasattr(db, "query"):
        return db.query(Row).all()
    return (await db.scalars(select(Row))).all()
async def tried(db: AsyncSession):
    try:
        return db.query(Row).all()
    except AttributeError:
        return (await db.scalars(select(Row))).all()
""",
    "the same names of other things": _DB
    + """
async def first(db: Db, client, kinds: dict):
    row = (await db.execute(select(Row))).scalars().first()
    many = await db.scalars(select(Row).limit(5))
    await client.query("SELECT 1")
    await client.add(row)
    db.add(Row(name="ada"))
    return many.all(), kinds.get(row), await db.get(Row, 1), await db.scalar(select(Row))
""",
    "a name that is the statement, and then its result": _DB
    + """
@app.get("/rows")
async def read(db: Db):
    found = select(Row).limit(5)
    found = await db.scalars(found)
    return found.all()
""",
    "a select of another library": _DB
    + """
from ormar import select as choose
from db import plain
def rows():
    return choose(Row).all()
def old(db: Session):
    return Query([Row], session=db).first()
""",
}
