"""Pools that somebody sized."""

BAD = ['engine = create_async_engine(os.environ["APP_DATABASE_URL"], pool_size=5, max_overflow=0)']

FOUND = {
    "disposed of where nothing answers, else kept": """
from sqlalchemy import create_engine
def connected(url):
    engine = create_engine("postgresql://db/app", pool_size=20)  # !
    try:
        engine.connect().close()
    except OSError:
        engine.dispose()
        raise
    return engine
""",
    "made in the lifespan, which disposes of it": """
from contextlib import asynccontextmanager
from sqlalchemy.ext.asyncio import create_async_engine
@asynccontextmanager
async def lifespan(app):
    pool = create_async_engine("postgresql+asyncpg://db/app", pool_size=20)  # !
    yield {"pool": pool}
    await pool.dispose()
""",
    "only the overflow": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", max_overflow=0)  # !
""",
    "a synchronous engine": """
import sqlalchemy as sa
engine = sa.create_engine("postgresql://db/app", pool_size=10)  # !
""",
    "the size from settings": """
#= config.py
from pydantic_settings import BaseSettings
class Settings(BaseSettings):
    pool_size: int = 5
settings = Settings()
#= db.py
from config import settings
from sqlalchemy.ext.asyncio import create_async_engine as engine_of
engine = engine_of("postgresql+asyncpg://db/app", pool_size=settings.pool_size)  # !
""",
    "of two that requests may take, by name": """
#= db.py
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
makes = sessionmaker(create_engine("postgresql://db/app", pool_size=5, pool_timeout=2))
replica = create_engine("postgresql://replica/app", pool_size=5)  # !
by_name = {"replica": sessionmaker(bind=replica)}
#= main.py
from contextlib import asynccontextmanager
from db import by_name, makes
from fastapi import FastAPI
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
@asynccontextmanager
async def lifespan(app):
    connect()
    yield
def connect():
    by_name["reports"] = sessionmaker(create_engine("postgresql://db/r", pool_size=2))  # !
app = FastAPI(lifespan=lifespan)
@app.get("/jobs")
def jobs(name: str):
    with makes() as session, by_name[name]() as other:
        return session.get(object, 1), other.get(object, 1)
""",
    "of requests and of a worker": """
#= db.py
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
engine = create_engine("postgresql://db/app", pool_size=5)  # !
SessionLocal = sessionmaker(engine)
def get_db():
    with SessionLocal() as session:
        yield session
#= worker.py
from db import SessionLocal
from jobs import Job
def work_off():
    with SessionLocal() as session:
        return session.get(Job, 1)
#= main.py
from db import get_db
from fastapi import Depends, FastAPI
from jobs import Job
app = FastAPI()
@app.get("/job")
def job(session=Depends(get_db)):
    return session.get(Job, 1)
""",
    "in a factory": """
import sqlalchemy.ext.asyncio
def make(url, size):
    return sqlalchemy.ext.asyncio.create_async_engine(url, pool_size=size, max_overflow=0)  # !
""",
    "the pool's class named": """
from sqlalchemy import AsyncAdaptedQueuePool
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", poolclass=AsyncAdaptedQueuePool, pool_size=5)  # !
""",
}

LOOK_ALIKES = {
    "the engine of a command beside the service": """
#= pkg/app.py
from fastapi import FastAPI
from pkg.models import User
app = FastAPI()
@app.get("/")
def read():
    return {}
#= pkg/models.py
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
class Base(DeclarativeBase): ...
class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    password_hash: Mapped[str]
#= pkg/loader/db.py
from sqlalchemy import create_engine
engine = create_engine("postgresql+psycopg://db/app", pool_size=20, max_overflow=30)
#= pkg/loader/main.py
import typer
from pkg.loader.db import engine
from pkg.models import User
commands = typer.Typer()
@commands.command()
def load():
    with engine.begin() as connection:
        connection.execute(User.__table__.insert(), {})
""",
    "on AWS Lambda, where a process has one request": """
from fastapi import FastAPI
from mangum import Mangum
from sqlalchemy import create_engine
engine = create_engine("postgresql://db/app", pool_size=1)
app = FastAPI()
@app.get("/")
def read():
    with engine.connect() as connection:
        return connection.info
handler = Mangum(app)
""",
    "of a worker, beside that of the requests": """
#= db.py
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import sessionmaker
engine = create_engine("postgresql://db/app", pool_size=5)
SessionLocal = sessionmaker(engine)
async_engine = create_async_engine("postgresql+asyncpg://db/app", pool_size=5, pool_timeout=2)
make_session = async_sessionmaker(async_engine)
async def get_db():
    async with make_session() as session:
        yield session
#= worker.py
from db import SessionLocal
from jobs import Job
def work_off():
    with SessionLocal() as session:
        return session.get(Job, 1)
#= main.py
from db import get_db
from fastapi import Depends, FastAPI
from jobs import Job
app = FastAPI()
@app.get("/job")
async def job(session=Depends(get_db)):
    return await session.get(Job, 1)
""",
    "of a worker, whose start makes it": """
#= db.py
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
makes = sessionmaker(create_engine("postgresql://db/app", pool_size=5, pool_timeout=2))
def get_db():
    with makes() as session:
        yield session
#= worker.py
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
async def startup(ctx):
    await connect(ctx)
async def connect(ctx):
    engine = create_engine("postgresql://db/app", pool_size=5)
    ctx["sessions"] = sessionmaker(engine)
def work(ctx):
    with ctx["sessions"]() as session:
        session.commit()
class WorkerSettings:
    functions = [work]
    on_startup = startup
#= main.py
from db import get_db
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session
app = FastAPI()
@app.get("/jobs")
def jobs(session: Session = Depends(get_db)):
    return session.get(object, 1)
""",
    "of sessions that nobody opens": """
#= db.py
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
makes = sessionmaker(create_engine("postgresql://db/app", pool_size=5, pool_timeout=2))
engine_of_jobs = create_engine("postgresql://db/app", pool_size=5)
MakesForJobs = sessionmaker(bind=engine_of_jobs)
#= main.py
from db import makes
from fastapi import FastAPI
app = FastAPI()
@app.get("/jobs")
def jobs():
    with makes() as session:
        return session.get(object, 1)
""",
    "of a worker, which answers no request": """
#= worker.py
import asyncio
from jobs import work_off
from sqlalchemy.ext.asyncio import create_async_engine
async def main():
    engine = create_async_engine("postgresql+asyncpg://db/app", pool_size=5, max_overflow=2)
    await work_off(engine)
if __name__ == "__main__":
    asyncio.run(main())
""",
    "of one job, which disposes of it": """
from sqlalchemy import create_engine, text
def nightly():
    own = create_engine("postgresql://db/app", pool_size=2, max_overflow=0)
    try:
        with own.begin() as connection:
            connection.execute(text("ANALYZE"))
    finally:
        own.dispose()
""",
    "of one task's session": """
from contextlib import asynccontextmanager
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
@asynccontextmanager
async def session_of_task():
    own = create_async_engine("postgresql+asyncpg://db/app", pool_size=1, max_overflow=0)
    try:
        async with AsyncSession(own) as session:
            yield session
    finally:
        await own.dispose()
""",
    "with a timeout": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", pool_size=5, pool_timeout=1)
""",
    "nobody sized it": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")
""",
    "options that nobody can read": """
from sqlalchemy.ext.asyncio import create_async_engine
def make(**options):
    return create_async_engine("postgresql+asyncpg://db/app", pool_size=5, **options)
""",
    "SQLite": """
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("sqlite+aiosqlite:///app.db", pool_size=5)
""",
    "the pool of another library": """
import asyncpg
from pools import create_async_engine
engine = create_async_engine("postgresql://db/app", pool_size=5)
""",
    "a test": """
#= tests/conftest.py
from sqlalchemy.ext.asyncio import create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app", pool_size=5)
""",
    "a probe that keeps its engine to itself": """
from sqlalchemy import create_engine, text
def wait_for_database(url: str) -> None:
    engine = create_engine("postgresql+psycopg://db/app", pool_size=1, max_overflow=0)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    if hasattr(engine, "dispose"):
        engine.dispose()
""",
}
