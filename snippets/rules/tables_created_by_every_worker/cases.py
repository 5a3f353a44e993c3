"""Where tables are created."""

BAD = ["await connection.run_sync(Base.metadata.create_all)"]

_BASE = """
#= models.py
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): ...
#= db.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")
"""

FOUND = {
    "tries again only where the database is away": """
#= main.py
import time
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Mapped, mapped_column
engine = create_engine("postgresql+psycopg://db/app")
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
def init():
    for attempt in range(10):
        try:
            Base.metadata.create_all(engine)  # !
            break
        except OperationalError:
            if attempt == 9:
                raise
            time.sleep(1)
@asynccontextmanager
async def lifespan(app):
    init()
    yield
app = FastAPI(lifespan=lifespan)
""",
    "in the module that the models import": """
#= database.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase
engine = create_engine("postgresql+psycopg://db/app")
class Base(DeclarativeBase): ...
Base.metadata.create_all(engine)  # !
#= models.py
from sqlalchemy.orm import Mapped, mapped_column
from database import Base
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
#= main.py
from fastapi import FastAPI
from models import User
app = FastAPI()
""",
    "before the first model is imported": """
#= database.py
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase
engine = create_engine("postgresql+psycopg://db/app")
class Base(DeclarativeBase): ...
#= models.py
from sqlalchemy.orm import Mapped, mapped_column
from database import Base
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
#= main.py
from fastapi import FastAPI
from database import Base, engine
Base.metadata.create_all(bind=engine)  # !
from users import router
app = FastAPI()
app.include_router(router)
#= users.py
from fastapi import APIRouter
from models import User
router = APIRouter()
""",
    "where a parameter asks, and the application passes it": _BASE
    + """
#= repository.py
from db import engine
from models import Base
class Repository:
    def __init__(self, create_schema: bool = False):
        if create_schema:
            Base.metadata.create_all(engine.sync_engine)  # !
#= main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from repository import Repository
@asynccontextmanager
async def lifespan(app):
    yield {"repository": Repository(create_schema=True)}
app = FastAPI(lifespan=lifespan)
""",
    "migrations that only the development image runs": _BASE
    + """
#= docker-compose.dev.yml
services:
  api:
    build: .
    command: sh -c "alembic upgrade head && uvicorn main:app --reload"
#= main.py
from fastapi import FastAPI
from db import engine
from models import Base
Base.metadata.create_all(engine.sync_engine)  # !
app = FastAPI()
""",
    "under a test that SQLite does not pass": """
from contextlib import asynccontextmanager
from fastapi import FastAPI
from models import Base
from sqlalchemy import create_engine
from settings import settings
engine = create_engine(settings.url)
def create():
    Base.metadata.create_all(engine)  # !
@asynccontextmanager
async def lifespan(app):
    if not settings.url.startswith("sqlite"):
        create()
    yield
app = FastAPI(lifespan=lifespan)
""",
    "in the other branch": """
from contextlib import asynccontextmanager
from fastapi import FastAPI
from models import Base
from sqlalchemy import create_engine
from settings import settings
engine = create_engine(settings.url)
@asynccontextmanager
async def lifespan(app):
    if engine.dialect.name == "sqlite":
        print("for tests")
    else:
        Base.metadata.create_all(engine)  # !
    yield
app = FastAPI(lifespan=lifespan)
""",
    "a function that the lifespan calls, in another module": _BASE
    + """
#= setup.py
from db import engine
from models import Base
async def create_tables() -> None:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)  # !
#= main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from setup import create_tables as prepare
@asynccontextmanager
async def lifespan(app):
    await prepare()
    yield
app = FastAPI(lifespan=lifespan)
""",
    "at import": """
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import declarative_base
Base = declarative_base()
engine = create_engine("postgresql://db/app")
Base.metadata.create_all(bind=engine)  # !
app = FastAPI()
""",
    "on_event": _BASE
    + """
#= main.py
import fastapi as fa
from db import engine
from models import Base
app = fa.FastAPI()
@app.on_event("startup")
async def start():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)  # !
""",
    "SQLModel, a lambda for the arguments": """
from fastapi import FastAPI
from sqlmodel import SQLModel, create_engine
engine = create_engine("postgresql+psycopg://db/app")
def create() -> None:
    SQLModel.metadata.create_all(engine)  # !
app = FastAPI(on_startup=[create])
""",
    "an app factory": _BASE
    + """
#= main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
import db, models
@asynccontextmanager
async def lifespan(app):
    async with db.engine.begin() as connection:
        await connection.run_sync(models.Base.metadata.create_all, checkfirst=True)  # !
    yield
def create_app() -> FastAPI:
    return FastAPI(lifespan=lifespan)
""",
    "a module that the application imports": _BASE
    + """
#= create_tables.py
from db import engine
from models import Base
Base.metadata.create_all(bind=engine.sync_engine)  # !
#= main.py
from fastapi import FastAPI
import create_tables
app = FastAPI()
""",
}

LOOK_ALIKES = {
    "only where developers start it": """
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase
from settings import settings
engine = create_engine(settings.url)
class Base(DeclarativeBase): ...
def make_tables():
    Base.metadata.create_all(engine)
@asynccontextmanager
async def lifespan(app):
    if settings.stage == "development":
        make_tables()
    yield
app = FastAPI(lifespan=lifespan)
""",
    "its caller tries again": """
#= main.py
import time
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Mapped, mapped_column
engine = create_engine("postgresql+psycopg://db/app")
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
def make():
    Base.metadata.create_all(engine)
def init():
    for attempt in range(10):
        try:
            make()
            break
        except Exception:
            if attempt == 9:
                raise
            time.sleep(1)
@asynccontextmanager
async def lifespan(app):
    init()
    yield
app = FastAPI(lifespan=lifespan)
""",
    "tries again by a decorator": """
#= main.py
from contextlib import asynccontextmanager
import tenacity
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import DeclarativeBase
engine = create_engine("postgresql+psycopg://db/app")
class Base(DeclarativeBase): ...
@tenacity.retry(stop=tenacity.stop_after_attempt(5), wait=tenacity.wait_fixed(1))
def init():
    Base.metadata.create_all(engine)
@asynccontextmanager
async def lifespan(app):
    init()
    yield
app = FastAPI(lifespan=lifespan)
""",
    "tries again after any error": """
#= main.py
import time
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Mapped, mapped_column
engine = create_engine("postgresql+psycopg://db/app")
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
def init():
    for attempt in range(10):
        try:
            Base.metadata.create_all(engine)
            break
        except Exception:
            if attempt == 9:
                raise
            time.sleep(1)
@asynccontextmanager
async def lifespan(app):
    init()
    yield
app = FastAPI(lifespan=lifespan)
""",
    "where a parameter asks, and nobody passes it": _BASE
    + """
#= repository.py
from db import engine
from models import Base
class Repository:
    def __init__(self, create_schema: bool = False):
        if create_schema:
            Base.metadata.create_all(engine.sync_engine)
#= main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from repository import Repository
@asynccontextmanager
async def lifespan(app):
    yield {"repository": Repository(), "other": Repository(create_schema=False)}
app = FastAPI(lifespan=lifespan)
""",
    "refused in production": _BASE
    + """
#= main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from db import engine
from models import Base
from settings import settings
async def create_tables():
    if settings.environment in ("production", "staging"):
        raise RuntimeError("run the migrations")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
@asynccontextmanager
async def lifespan(app):
    await create_tables()
    yield
app = FastAPI(lifespan=lifespan)
""",
    "one process of several makes them": """
#= models.py
from sqlalchemy.orm import DeclarativeBase
class Base(DeclarativeBase): ...
#= main.py
import os
from contextlib import asynccontextmanager
from fastapi import FastAPI
from models import Base
from settings import config, engine, is_leader, multiprocess
def create():
    Base.metadata.create_all(engine)
def init_data():
    create()
@asynccontextmanager
async def lifespan(app):
    if config.clusterization.role == "chief":
        init_data()
    if is_leader():
        create()
    if config.primary:
        Base.metadata.create_all(engine)
    if os.environ.get("RANK") == "0":
        Base.metadata.create_all(engine)
    if multiprocess.is_main_process:
        create()
    yield
app = FastAPI(lifespan=lifespan)
""",
    "the one engine stands in the branch of SQLite": """
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import create_engine
from models import Base
from config import settings
def made():
    if settings.dialect == "sqlite":
        return create_engine(settings.url)
@asynccontextmanager
async def lifespan(app):
    Base.metadata.create_all(made())
    yield
app = FastAPI(lifespan=lifespan)
""",
    "under an advisory lock": _BASE
    + """
#= main.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import text
from db import engine
from models import Base
@asynccontextmanager
async def lifespan(app):
    async with engine.begin() as connection:
        await connection.execute(text("SELECT pg_advisory_xact_lock(1)"))
        await connection.run_sync(Base.metadata.create_all)
    yield
app = FastAPI(lifespan=lifespan)
""",
    "after the migrations of the image's script": _BASE
    + """
#= Dockerfile
FROM python:3.13
COPY . .
CMD ["/app/entrypoint.sh"]
#= entrypoint.sh
#!/bin/sh
set -e
alembic upgrade head
exec uvicorn main:app --workers 4
#= main.py
from fastapi import FastAPI
from db import engine
from models import Base
Base.metadata.create_all(engine.sync_engine)
app = FastAPI()
""",
    "a command": _BASE
    + """
#= main.py
from fastapi import FastAPI
app = FastAPI()
#= manage.py
from db import engine
from main import app
from models import Base
async def create_tables():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
""",
    "SQLite": """
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import declarative_base
Base = declarative_base()
engine = create_engine("sqlite:///app.db")
Base.metadata.create_all(engine)
app = FastAPI()
""",
    "a test": _BASE
    + """
#= main.py
from fastapi import FastAPI
app = FastAPI()
#= tests/conftest.py
from db import engine
from main import app
from models import Base
Base.metadata.create_all(engine)
""",
    "run as a script": _BASE
    + """
#= main.py
from fastapi import FastAPI
from db import engine
from models import Base
app = FastAPI()
if __name__ == "__main__":
    Base.metadata.create_all(engine.sync_engine)
""",
    "somebody else's create_all": """
from fastapi import FastAPI
import sqlalchemy
from search import indexes
app = FastAPI()
indexes.create_all()
""",
    "only where the database is in memory": """
from contextlib import asynccontextmanager
from fastapi import FastAPI
from models import Base
from sqlalchemy.ext.asyncio import create_async_engine
from settings import settings
async def create(engine):
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
@asynccontextmanager
async def lifespan(app):
    engine = create_async_engine(settings.url)
    if is_in_memory(engine.url):
        await create(engine)
    yield
app = FastAPI(lifespan=lifespan)
""",
    "under a test for SQLite, through two functions": """
from fastapi import FastAPI
from models import Base
from sqlalchemy import create_engine
from settings import settings
engine = create_engine(settings.url)
def create():
    Base.metadata.create_all(engine)
def prepare():
    create()
app = FastAPI()
@app.on_event("startup")
def start():
    if engine.dialect.name == "sqlite":
        prepare()
""",
    "a test where it stands": """
from contextlib import asynccontextmanager
from fastapi import FastAPI
from models import Base
from sqlalchemy import create_engine
from settings import settings
engine = create_engine(settings.url)
@asynccontextmanager
async def lifespan(app):
    if settings.url.startswith("sqlite"):
        Base.metadata.create_all(engine)
    yield
app = FastAPI(lifespan=lifespan)
""",
    "SQLite, by the option that its driver alone takes": """
import os
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import declarative_base
Base = declarative_base()
engine = create_engine(os.environ["URL"], connect_args={"check_same_thread": False})
Base.metadata.create_all(engine)
app = FastAPI()
""",
    "a script that nobody imports": _BASE
    + """
#= reset_all.py
from db import engine
from models import Base
Base.metadata.drop_all(bind=engine.sync_engine)
Base.metadata.create_all(bind=engine.sync_engine)
#= main.py
from fastapi import FastAPI
import models
app = FastAPI()
""",
}
