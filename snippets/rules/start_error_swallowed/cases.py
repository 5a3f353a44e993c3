"""Errors of the start: whether the service starts without what it needs."""

BAD = ["except Exception:"]

_APP = """
import logging
import sys
from contextlib import asynccontextmanager
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import DeclarativeBase
engine = create_async_engine("postgresql+asyncpg://db/app")
class Base(DeclarativeBase): ...
log = logging.getLogger(__name__)
"""

FOUND = {
    "tables": _APP
    + """
@asynccontextmanager
async def lifespan(app):
    try:
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
    except Exception as error:  # !
        log.error("no tables: %s", error)
    yield
app = FastAPI(lifespan=lifespan)
""",
    "migrations, at the start event": _APP
    + """
app = FastAPI()
@app.on_event("startup")
def migrate():
    try:
        command.upgrade(Config("alembic.ini"), "head")
    except:  # !
        pass
""",
    "in a function that the start calls": """
#= database.py
import asyncpg
pool = None
async def connect():
    global pool
    try:
        pool = await asyncpg.create_pool("postgresql://db/app")
    except Exception as e:  # !
        print(f"Failed: {e}")
#= main.py
from fastapi import FastAPI
import database
app = FastAPI(on_startup=[database.connect])
""",
    "around a function that makes them": _APP
    + """
def init_db():
    Base.metadata.create_all(engine)
@asynccontextmanager
async def lifespan(app):
    try:
        init_db()
    except (ValueError, Exception):  # !
        log.warning("no tables")
    yield
app = FastAPI(lifespan=lifespan)
""",
    "the function raises the error again": _APP
    + """
def init_db():
    try:
        Base.metadata.create_all(engine)
    except Exception:
        log.exception("no tables")
        raise
@asynccontextmanager
async def lifespan(app):
    try:
        init_db()
    except Exception:  # !
        log.warning("no tables")
    yield
app = FastAPI(lifespan=lifespan)
""",
    "of SQLAlchemy": _APP
    + """
from sqlalchemy.exc import SQLAlchemyError
app = FastAPI()
async def start():
    try:
        Base.metadata.create_all(bind=engine)
    except SQLAlchemyError:  # !
        log.exception("no tables")
app.add_event_handler("startup", start)
""",
}

LOOK_ALIKES = {
    "raised again": _APP
    + """
@asynccontextmanager
async def lifespan(app):
    try:
        Base.metadata.create_all(engine)
    except Exception:
        log.exception("no tables")
        raise
    yield
app = FastAPI(lifespan=lifespan)
""",
    "the process ends": _APP
    + """
app = FastAPI()
@app.on_event("startup")
def migrate():
    try:
        command.upgrade(Config("alembic.ini"), "head")
    except Exception:
        log.exception("no migration")
        sys.exit(1)
""",
    "tried again": _APP
    + """
import asyncio
@asynccontextmanager
async def lifespan(app):
    for attempt in range(10):
        try:
            Base.metadata.create_all(engine)
        except Exception:
            log.warning("not yet")
        await asyncio.sleep(1)
    yield
app = FastAPI(lifespan=lifespan)
""",
    "a cache": _APP
    + """
@asynccontextmanager
async def lifespan(app):
    try:
        await app.state.cache.ping()
    except Exception:
        log.warning("no cache")
    yield
app = FastAPI(lifespan=lifespan)
""",
    "readiness is told": _APP
    + """
@asynccontextmanager
async def lifespan(app):
    try:
        Base.metadata.create_all(engine)
    except Exception:
        app.state.is_ready = False
    yield
app = FastAPI(lifespan=lifespan)
""",
    "a command": _APP
    + """
def main():
    try:
        command.upgrade(Config("alembic.ini"), "head")
    except Exception:
        log.exception("no migration")
""",
    "two workers that make the same table": _APP
    + """
from sqlalchemy.exc import IntegrityError
@asynccontextmanager
async def lifespan(app):
    try:
        Base.metadata.create_all(engine)
    except IntegrityError:
        log.info("another worker was first")
    yield
app = FastAPI(lifespan=lifespan)
""",
    "only starts a task": _APP
    + """
import asyncio
async def listen():
    Base.metadata.create_all(engine)
@asynccontextmanager
async def lifespan(app):
    try:
        task = asyncio.create_task(listen())
    except Exception:
        log.warning("nobody listens")
    yield
    task.cancel()
app = FastAPI(lifespan=lifespan)
""",
    "the error does not come out of the function": _APP
    + """
def init_db():
    try:
        Base.metadata.create_all(engine)
    except Exception:
        log.exception("no tables")
        return False
    return True
@asynccontextmanager
async def lifespan(app):
    try:
        app.state.has_tables = init_db()
    except Exception:
        log.warning("no cache")
    yield
app = FastAPI(lifespan=lifespan)
""",
}
