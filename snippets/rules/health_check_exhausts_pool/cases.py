"""Health checks that ask the database: over whose connections."""

BAD = ["async with asyncio.timeout(2), engine.connect() as connection:"]

_DB = """
#= db.py
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")
maker = async_sessionmaker(engine)
async def get_db():
    async with maker() as session:
        yield session
#= users.py
from fastapi import APIRouter, Depends
from db import get_db
router = APIRouter()
@router.get("/users")
async def users(session=Depends(get_db)):
    return (await session.execute("SELECT 1")).all()
"""

FOUND = {
    "a session as a parameter": _DB
    + """
#= health.py
from typing import Annotated
import fastapi
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
import users
from db import get_db
app = fastapi.FastAPI()
app.include_router(users.router)
@app.get("/healthz")
async def healthz(session: Annotated[AsyncSession, fastapi.Depends(get_db)]):
    await session.execute(text("SELECT 1"))  # !
""",
    "the sessionmaker, in a function of another module": _DB
    + """
#= probes.py
from sqlalchemy import text
import db
async def is_up():
    async with db.maker() as session:
        return await session.scalar(text("SELECT 1"))
#= health.py
from fastapi import APIRouter
import users
from probes import is_up
router = APIRouter(prefix="/internal")
@router.get("/readiness")
async def check():
    return await is_up()  # !
""",
    "one check asks the other": _DB
    + """
#= health.py
from fastapi import FastAPI, Depends
from sqlalchemy import text
import users
from db import maker
app = FastAPI()
app.include_router(users.router)
@app.get("/health/ready")
async def ready():
    async with maker() as session:
        await session.execute(text("SELECT 1"))  # !
@app.get("/health/startup")
async def started():
    return await ready()
""",
    "sync, the path with a dash": """
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session
engine = create_engine("postgresql://db/app", pool_size=20)
def get_db():
    with Session(engine) as session:
        yield session
app = FastAPI()
@app.get("/items")
def items(db: Session = Depends(get_db)):
    return db.scalars(select(1)).all()
@app.get("/health-check/")
def health(db: Session = Depends(get_db)):
    return db.execute(select(1)).scalar()  # !
""",
    "a second engine for others, the check on that of requests": _DB
    + """
#= health.py
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
import users
from db import engine as main
reports = create_async_engine("postgresql+asyncpg://db/reports")
app = FastAPI()
@app.api_route("/ready", methods=["GET", "HEAD"])
async def ready():
    async with main.begin() as connection:  # !
        return True
""",
    "a service that is given the session": _DB
    + """
#= health.py
from fastapi import APIRouter, Depends
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
import users
from db import get_db
class Health:
    def __init__(self, session: AsyncSession):
        self.session = session
    async def ask(self):
        await self.session.execute(text("SELECT 1"))
def get_health(session: AsyncSession = Depends(get_db)) -> Health:
    return Health(session)
router = APIRouter()
@router.get("/health/db")
async def check(health: Health = Depends(get_health)):
    await health.ask()  # !
""",
    "an engine out of sight, the dependency of all": """
from fastapi import Depends, FastAPI, Request
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
async def get_db(request: Request):
    session: AsyncSession
    async with request.app.state.maker() as session:
        yield session
app = FastAPI()
@app.get("/users")
async def users(session: AsyncSession = Depends(get_db)):
    await session.execute(text("SELECT name"))
@app.get("/livez")
async def livez(session: AsyncSession = Depends(get_db)):
    await session.execute(text("SELECT 1"))  # !
""",
}

FOUND["a type of session of the program's own"] = (
    _DB
    + """
#= health.py
from typing import NewType
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
import users
from db import get_db
ReadSession = NewType("ReadSession", AsyncSession)
app = FastAPI()
@app.head("/ping")
async def ping(session: ReadSession = Depends(get_db)):
    await session.execute(text("SELECT 1"))  # !
"""
)

LOOK_ALIKES = {
    "an engine of its own": _DB
    + """
#= health.py
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
import users
probe = create_async_engine("postgresql+asyncpg://db/app", pool_size=1, max_overflow=0)
app = FastAPI()
@app.get("/healthz")
async def healthz():
    async with probe.connect() as connection:
        return True
""",
    "an engine without a pool": _DB
    + """
#= health.py
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
import users
probe = create_async_engine("postgresql+asyncpg://db/app", poolclass=NullPool)
app = FastAPI()
@app.get("/healthz")
async def healthz():
    async with probe.connect() as connection:
        return True
""",
    "alive without the database": _DB
    + """
#= health.py
from fastapi import Depends, FastAPI
import users
from db import get_db
app = FastAPI()
@app.get("/health")
async def health(session=Depends(get_db)):
    return {"status": "ok"}  # a session takes a connection when it is first asked
""",
    "the health of a patient": _DB
    + """
#= health.py
from fastapi import FastAPI, Depends
from sqlalchemy.ext.asyncio import AsyncSession
import users
from db import get_db
app = FastAPI()
@app.get("/patients/{number}/health")
async def health(number: int, session: AsyncSession = Depends(get_db)):
    return await session.get(dict, number)
@app.post("/health")
async def add(session: AsyncSession = Depends(get_db)):
    await session.commit()
""",
    "a report for administrators": _DB
    + """
#= health.py
from fastapi import FastAPI, Depends
from fastapi.security import OAuth2PasswordBearer
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
import users
from db import get_db
scheme = OAuth2PasswordBearer("token")
def who(token: str = Depends(scheme)): ...
app = FastAPI()
@app.get("/admin/health", dependencies=[Depends(who)])
async def health(session: AsyncSession = Depends(get_db)):
    await session.execute(text("SELECT 1"))
""",
    "a report for those with a right": _DB
    + """
#= health.py
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
import users
from db import get_db
def require_role(name: str):
    async def checked(): ...
    return checked
app = FastAPI()
cluster = APIRouter(prefix="/nodes", dependencies=[Depends(require_role("operator"))])
@app.get("/cluster/health", dependencies=[Depends(require_role("reader"))])
async def health(session: AsyncSession = Depends(get_db)):
    await session.execute(text("SELECT 1"))
@cluster.get("/health")
async def nodes(session: AsyncSession = Depends(get_db)):
    await session.execute(text("SELECT 1"))
""",
    "the status of a job": _DB
    + """
#= health.py
from fastapi import FastAPI, Depends
from sqlalchemy.ext.asyncio import AsyncSession
import users
from db import get_db
app = FastAPI()
@app.get("/jobs/status")
async def status(session: AsyncSession = Depends(get_db)):
    return await session.get(dict, 1)
""",
    "redis is asked": _DB
    + """
#= health.py
from fastapi import FastAPI
import redis
import users
client = redis.Redis()
app = FastAPI()
@app.get("/healthz")
def healthz():
    return client.ping()
""",
}
