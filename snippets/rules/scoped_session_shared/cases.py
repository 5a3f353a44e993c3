"""Registries of sessions, and who is given their sessions."""

BAD = ["yield session"]

_DB = """
#= db.py
from sqlalchemy import create_engine
from sqlalchemy.orm import scoped_session, sessionmaker
engine = create_engine("postgresql+psycopg://db/app")
maker = sessionmaker(engine)
Scoped = scoped_session(maker)
#= main.py
from fastapi import Depends, FastAPI, Request
from sqlalchemy import text
from sqlalchemy.orm import Session, scoped_session
from db import Scoped, engine, maker
app = FastAPI()
"""

FOUND = {
    "the registry itself": _DB
    + """
def get_db():
    try:
        yield Scoped  # !
    finally:
        Scoped.remove()
@app.get("/")
def read(db: Session = Depends(get_db)):
    return db.scalar(text("SELECT 1"))
""",
    "returned, in a with, asynchronous": _DB
    + """
def get_db() -> Session:
    return Scoped()  # !
def get_other():
    with Scoped() as session:
        yield session  # !
async def get_third():
    session = Scoped()
    yield session  # !
    session.close()
@app.get("/")
def read(db=Depends(get_db), other=Depends(get_other), third=Depends(get_third)):
    return db.scalar(text("SELECT 1"))
""",
    "made in the dependency's module by sessionmaker": """
from typing import Annotated
from fastapi import APIRouter, Depends
from sqlalchemy import create_engine, orm
engine = create_engine("sqlite://")
SessionLocal = orm.scoped_session(orm.sessionmaker(autoflush=False, bind=engine))
router = APIRouter()
def get_session():
    db = SessionLocal()
    try:
        yield db  # !
    except Exception:
        db.rollback()
        raise
    finally:
        db.close()
Db = Annotated[orm.Session, Depends(get_session)]
@router.get("/")
def read(db: Db) -> None: ...
""",
    "in a coroutine and in middleware": _DB
    + """
@app.post("/")
async def create(request: Request):
    Scoped.execute(text("INSERT INTO rows VALUES (1)"))  # !
    body = await request.json()
    Scoped.commit()
    Scoped.remove()
    return body
@app.get("/")
async def read():
    value = Scoped.scalar(text("SELECT 1"))
    Scoped.remove()
    return value
@app.middleware("http")
async def sessions(request: Request, call_next):
    request.state.db = Scoped()  # !
    response = await call_next(request)
    request.state.db.close()
    return response
""",
    "of a router": _DB
    + """
from fastapi import APIRouter
def open_session():
    yield Scoped()  # !
    Scoped.remove()
router = APIRouter(dependencies=[Depends(open_session)])
""",
    "a function that the dependency calls": """
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker
Registry = scoped_session(sessionmaker(create_engine("postgresql+psycopg://db/app")))
app = FastAPI()
def open_session() -> Session:
    return Registry()
def get_db():
    db = open_session()
    try:
        yield db  # !
    finally:
        db.close()
@app.get("/a")
def a(db: Session = Depends(get_db)):
    return 1
""",
}

LOOK_ALIKES = {
    "a plain maker": _DB
    + """
def get_db():
    with maker() as session:
        yield session
@app.get("/")
def read(db: Session = Depends(get_db)):
    return db.scalar(text("SELECT 1"))
""",
    "a key for each request": """
from contextvars import ContextVar
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import Session, scoped_session, sessionmaker
request_id: ContextVar[str] = ContextVar("request_id")
Scoped = scoped_session(sessionmaker(create_engine("sqlite://")), scopefunc=request_id.get)
Other = scoped_session(sessionmaker(create_engine("sqlite://")), request_id.get)
app = FastAPI()
def get_db():
    yield Scoped()
    Scoped.remove()
def get_other():
    yield Other
@app.get("/")
async def read(db: Session = Depends(get_db), other: Session = Depends(get_other)):
    return Scoped().info
""",
    "async_scoped_session": """
from asyncio import current_task
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import async_scoped_session, async_sessionmaker, create_async_engine
Scoped = async_scoped_session(async_sessionmaker(create_async_engine("sqlite+aiosqlite://")), current_task)
app = FastAPI()
async def get_db():
    yield Scoped()
    await Scoped.remove()
@app.get("/")
async def read(db=Depends(get_db)): ...
""",
    "opened, used and removed by one plain function": _DB
    + """
@app.get("/")
def read():
    try:
        return Scoped.scalar(text("SELECT 1"))
    finally:
        Scoped.remove()
""",
    "a worker and a script": _DB
    + """
from celery import Celery
queue = Celery("app")
@queue.task
def count():
    value = Scoped().scalar(text("SELECT 1"))
    Scoped.remove()
    return value
async def main():
    Scoped.scalar(text("SELECT 1"))
if __name__ == "__main__":
    import asyncio
    asyncio.run(main())
""",
    "in tests": _DB
    + """
def get_db():
    with maker() as session:
        yield session
#= tests/test_main.py
from sqlalchemy.orm import scoped_session
from db import maker
from main import app, get_db
Scoped = scoped_session(maker)
def override():
    yield Scoped()
app.dependency_overrides[get_db] = override
""",
}
