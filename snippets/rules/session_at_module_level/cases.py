"""One session for all requests: where it is kept, and who uses it."""

BAD = ["session = async_sessionmaker(engine)()"]

_DB = """
#= db.py
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
engine = create_engine("postgresql://db/app")
SessionLocal = sessionmaker(bind=engine)
def get_db():
    db = SessionLocal()
    try:
        yield db
    finally:
        db.close()
"""

FOUND = {
    "kept by a repository that is made in the arguments of a global object": """
from typing import Generic, TypeVar
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker
T = TypeVar("T")
class Database:
    def __init__(self):
        self.make = sessionmaker(create_engine("postgresql://db/app"))
    @property
    def session(self):
        return self.make()
class Base(Generic[T]):
    def __init__(self, model: type[T], db: Database):
        self.db = db
        self.session = self.db.session  # !
    def count(self) -> int:
        return self.session.scalar(text("SELECT count(*) FROM lamps"))
class Lamps(Base[object]):
    def __init__(self, db: Database):
        super().__init__(object, db)
class Service:
    def __init__(self, lamps: Lamps):
        self.lamps = lamps
    def count(self) -> int:
        return self.lamps.count()
service = Service(lamps=Lamps(Database()))
app = FastAPI()
@app.get("/lamps")
def count() -> int:
    return service.count()
""",
    "imported under another name": _DB
    + """
#= store.py
from db import SessionLocal
session = SessionLocal()  # !
#= main.py
from fastapi import FastAPI
from sqlalchemy import text
from store import session as db
app = FastAPI()
@app.get("/")
def read() -> int:
    return db.scalar(text("SELECT 1"))
""",
    "in a service that an endpoint calls": _DB
    + """
#= service.py
from sqlalchemy.orm import Session
from db import engine
db = Session(engine)  # !
def count(statement) -> int:
    return db.scalar(statement)
#= main.py
from fastapi import APIRouter
import service
router = APIRouter()
@router.get("/")
def read() -> int:
    return service.count("SELECT 1")
""",
    "on a class": """
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
app = FastAPI()
class Store:
    session: AsyncSession = AsyncSession(create_async_engine("postgresql+asyncpg://db/app"))  # !
@app.delete("/")
async def delete(statement: str) -> None:
    await Store.session.execute(statement)
""",
    "taken from the dependency": _DB
    + """
#= main.py
import fastapi
from db import get_db
app = fastapi.FastAPI()
session = next(get_db())  # !
@app.get("/")
def read(statement: str) -> int:
    return session.scalar(statement)
""",
    "kept by a global object": """
#= database.py
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
class Database:
    def __init__(self) -> None:
        self.engine = create_async_engine("postgresql+asyncpg://db/app")
        self.session: AsyncSession = AsyncSession(bind=self.engine)  # !
database: Database = Database()
#= main.py
from fastapi import Depends, FastAPI
from database import database
app = FastAPI()
async def get_db():
    try:
        yield database.session
    finally:
        await database.session.close()
@app.get("/")
async def read(session: object = Depends(get_db)) -> None: ...
""",
    "returned by a function, used by a dependency": _DB
    + """
#= main.py
from typing import Annotated
from fastapi import Depends, FastAPI
from db import SessionLocal
app = FastAPI()
def open_session():
    return SessionLocal()
session = open_session()  # !
def current_user():
    return session.get(object, 1)
@app.get("/")
def read(user: Annotated[object, Depends(current_user)]) -> None: ...
""",
    "of SQLModel, given back by a dependency": """
from fastapi import Depends, FastAPI
from sqlmodel import Session, create_engine
app = FastAPI()
engine = create_engine("postgresql://db/app")
session = Session(engine)  # !
def get_session():
    yield session
@app.get("/")
def read(db: Session = Depends(get_session)) -> None: ...
""",
    "an engine of one connection": """
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import StaticPool
app = FastAPI()
engine = create_engine("postgresql+psycopg://db/app", poolclass=StaticPool)  # !
maker = sessionmaker(engine)
def get_db():
    with maker() as session:
        yield session
@app.get("/")
def read(session: Session = Depends(get_db)): ...
""",
}

LOOK_ALIKES = {
    "a repository of each request, of a global database": """
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import sessionmaker
class Database:
    def __init__(self):
        self.make = sessionmaker(create_engine("postgresql://db/app"))
    @property
    def session(self):
        return self.make()
class Lamps:
    def __init__(self, db: Database):
        self.session = db.session
    def count(self) -> int:
        with self.session as session:
            return session.scalar(text("SELECT count(*) FROM lamps"))
class Others:
    def __init__(self, db: Database):
        self.db = db
    def count(self) -> int:
        with self.db.session as session:
            return session.scalar(text("SELECT count(*) FROM lamps"))
db = Database()
others = Others(db)
def get_lamps() -> Lamps:
    return Lamps(db)
app = FastAPI()
@app.get("/lamps")
def count(lamps: Lamps = Depends(get_lamps)) -> int:
    return lamps.count() + others.count()
""",
    "a session of each request": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from db import get_db
app = FastAPI()
@app.get("/")
def read(statement: str, session=Depends(get_db)) -> int:
    return session.scalar(statement)
""",
    "a scoped session": _DB
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy.orm import scoped_session
from db import SessionLocal
app = FastAPI()
session = scoped_session(SessionLocal)
@app.get("/")
def read(statement: str) -> int:
    return session.scalar(statement)
""",
    "an async scoped session": """
import asyncio
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import async_scoped_session, async_sessionmaker, create_async_engine
app = FastAPI()
maker = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app"))
session = async_scoped_session(maker, scopefunc=asyncio.current_task)
@app.get("/")
async def read(statement: str) -> int:
    return await session.scalar(statement)
""",
    "a script beside the service": _DB
    + """
#= seed.py
from db import SessionLocal
session = SessionLocal()
def seed() -> None:
    session.commit()
seed()
#= main.py
from fastapi import Depends, FastAPI
from db import get_db
app = FastAPI()
@app.get("/")
def read(session=Depends(get_db)) -> None:
    session.commit()
""",
    "run as a script": _DB
    + """
#= main.py
from fastapi import FastAPI
from db import SessionLocal
app = FastAPI()
if __name__ == "__main__":
    session = SessionLocal()
@app.get("/")
def read(statement: str) -> int:
    return session.scalar(statement)
""",
    "a session of another library": """
import requests
from fastapi import FastAPI
app = FastAPI()
session = requests.Session()
@app.get("/")
def read() -> int:
    return session.get("https://example.org").status_code
""",
    "an object of each request that keeps it": _DB
    + """
#= main.py
from fastapi import Depends, FastAPI
from db import SessionLocal
app = FastAPI()
class Users:
    def __init__(self) -> None:
        self.session = SessionLocal()
    def read(self) -> int:
        return self.session.scalar("SELECT 1")
@app.get("/")
def read(users: Users = Depends()) -> int:
    return users.read()
""",
    "a local variable of the same name": _DB
    + """
#= main.py
from fastapi import FastAPI
from db import SessionLocal
app = FastAPI()
session = SessionLocal()
session.close()
@app.get("/")
def read(statement: str) -> int:
    with SessionLocal() as session:
        return session.scalar(statement)
""",
    "an engine of one connection, for SQLite in memory": """
from fastapi import FastAPI
from settings import settings
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool, StaticPool
app = FastAPI()
memory = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
server = create_engine("postgresql+psycopg://db/app", poolclass=NullPool)
if settings.url.startswith("sqlite"):
    engine = create_engine(settings.url, poolclass=StaticPool)
else:
    engine = create_engine(settings.url)
@app.get("/")
def read(): ...
""",
}

_SCOPED = """
#= database.py
from sqlalchemy import create_engine
from sqlalchemy.orm import scoped_session, sessionmaker
Session = scoped_session(sessionmaker(bind=create_engine("postgresql://db/app")))
"""
FOUND["the session that a scoped_session gives the module"] = (
    _SCOPED
    + """
db_session = Session()  # !
#= main.py
from fastapi import FastAPI
from sqlalchemy import text
from database import db_session
app = FastAPI()
@app.get("/")
def read():
    return db_session.scalar(text("SELECT 1"))
"""
)
LOOK_ALIKES["a scoped_session, which each request asks"] = (
    _SCOPED
    + """
#= main.py
from fastapi import FastAPI
from sqlalchemy import text
from database import Session
app = FastAPI()
@app.get("/")
def read():
    db = Session()
    return db.scalar(text("SELECT 1")), Session.scalar(text("SELECT 1"))
"""
)
FOUND["kept on a class by its class method"] = """
#= database.py
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker
class Database:
    session: Session = None
    @classmethod
    def connect(cls):
        made = sessionmaker(bind=create_engine("postgresql://db/app"))
        cls.session = made()  # !
#= main.py
from fastapi import FastAPI
from sqlalchemy import text
from database import Database
Database.connect()
app = FastAPI()
def count():
    with Database.session as session:
        return session.scalar(text("SELECT 1"))
@app.get("/")
def read():
    return count()
"""
LOOK_ALIKES["kept on a class, for a script; a sessionmaker, for requests"] = """
from fastapi import FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker
class Database:
    session: Session = None
    make = None
    @classmethod
    def connect(cls):
        cls.make = sessionmaker(bind=create_engine("postgresql://db/app"))
        cls.session = cls.make()
        session = cls.make()
Database.connect()
app = FastAPI()
def clean():
    Database.session.execute(text("DELETE FROM lamps"))
@app.get("/")
def read():
    with Database.make() as session:
        return session.scalar(text("SELECT 1"))
"""
