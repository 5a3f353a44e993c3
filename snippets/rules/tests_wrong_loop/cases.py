"""Engines made at import, and the loops of the tests that reach them."""

BAD = ['engine = create_async_engine(os.environ["APP_DATABASE_URL"])']

_ROUTES = """
#= app.py
from typing import Annotated
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from db import engine, maker
app = FastAPI()
async def get_db():
    async with maker() as session:
        yield session
@app.get("/version")
async def version(session: Annotated[AsyncSession, Depends(get_db)]):
    return await session.scalar(text("SELECT 1"))
@app.get("/direct")
async def direct():
    async with engine.connect() as connection:
        return 1
@app.get("/plain")
async def plain():
    return 1
"""
_DB = """
#= db.py
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")  # !
maker = async_sessionmaker(engine)
"""
_QUIET = _DB.replace("  # !", "")
_CLIENT = """
#= tests/conftest.py
import pytest
from httpx import ASGITransport, AsyncClient
from app import app
@pytest.fixture
async def client():
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        yield client
"""
_TESTS = """
#= tests/test_version.py
from app import app
async def test_one(client):
    assert (await client.get("/version")).json() == 1
async def test_two(client):
    assert (await client.get("/version")).json() == 1
"""

FOUND = {
    "a session of the app's": _ROUTES + _DB + _CLIENT + _TESTS,
    "only the fixtures have one loop": _ROUTES
    + _DB
    + _CLIENT
    + _TESTS
    + """
#= pytest.ini
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = session
""",
    "marked tests, each with a client of its own": _ROUTES
    + _DB
    + """
#= tests/test_version.py
import httpx
import pytest
import app
pytestmark = pytest.mark.asyncio
def connect():
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app.app), base_url="http://a")
class TestVersion:
    async def test_one(self):
        async with connect() as client:
            await client.get("/version")
    @pytest.mark.parametrize("number", [1, 2])
    async def test_two(self, number):
        async with connect() as client:
            await client.get("/direct")
""",
    "the engine of a function that the module calls": _ROUTES
    + """
#= db.py
import os
from sqlalchemy.ext import asyncio as sa
engine = sa.create_async_engine(url=os.environ["URL"], pool_size=3)  # !
def make_maker():
    return sa.async_sessionmaker(bind=engine, expire_on_commit=False)
maker = make_maker()
"""
    + _CLIENT
    + _TESTS,
    "another dependency is overridden": _ROUTES
    + _DB
    + _CLIENT
    + _TESTS
    + """
#= user.py
from fastapi import Depends
from app import app
def get_user(): ...
@app.get("/user")
def user(user=Depends(get_user)): ...
#= tests/test_user.py
from app import app
from user import get_user
app.dependency_overrides[get_user] = lambda: 1
""",
    "a URL of the environment, asked twice in a class": _ROUTES
    + """
#= db.py
from os import environ
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import sessionmaker
engine = create_async_engine(environ["DATABASE_URL"])  # !
maker = sessionmaker(engine, class_=AsyncSession)
"""
    + _CLIENT
    + _TESTS,
    "tasks that run a loop each": """
import asyncio
from celery import Celery, shared_task
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
app = Celery("app")
engine = create_async_engine("postgresql+asyncpg://db/app")
maker = async_sessionmaker(engine)
async def count(key: int) -> None:
    async with maker() as session:
        await session.execute(text("SELECT 1"))
def run(coroutine):
    return asyncio.run(coroutine)
@app.task
def first(key: int) -> None:
    asyncio.run(count(key))  # !
@shared_task(bind=True)
def second(self, key: int) -> None:
    loop = asyncio.new_event_loop()
    loop.run_until_complete(count(key))  # !
@app.task(name="third")
def third(key: int) -> None:
    run(count(key))  # !
""",
}

LOOK_ALIKES = {
    "a dependency of which the session is one is overridden": _ROUTES
    + _QUIET
    + _TESTS
    + """
#= repository.py
from fastapi import Depends
from app import get_db
async def repository(db=Depends(get_db)):
    return db
async def service(store=Depends(repository)):
    return store
"""
    + _CLIENT
    + """
from repository import service
app.dependency_overrides[service] = lambda: None
""",
    "one loop for all tests": _ROUTES
    + _QUIET
    + _CLIENT
    + _TESTS
    + """
#= pyproject.toml
[tool.pytest.ini_options]
asyncio_default_fixture_loop_scope = "session"
asyncio_default_test_loop_scope = "session"
""",
    "marks of one loop": _ROUTES
    + _QUIET
    + _CLIENT
    + _TESTS.replace(
        "from app",
        "import pytest\npytestmark = pytest.mark.asyncio(loop_scope='session')\nfrom app",
    ),
    "no pool": _ROUTES
    + """
#= db.py
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool
engine = create_async_engine("postgresql+asyncpg://db/app", poolclass=NullPool)
maker = async_sessionmaker(engine)
"""
    + _CLIENT
    + _TESTS,
    "aiosqlite": _ROUTES
    + """
#= db.py
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
engine = create_async_engine("sqlite+aiosqlite:///app.db")
maker = async_sessionmaker(engine)
"""
    + _CLIENT
    + _TESTS,
    "a loop of an old kind": _ROUTES
    + _QUIET
    + _TESTS
    + _CLIENT
    + """
@pytest.fixture(scope="session")
def event_loop():
    import asyncio
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()
""",
    "a loop of an old kind, in a conftest.py that imports nothing of the application": _ROUTES
    + _QUIET
    + """
#= tests/test_version.py
import pytest
from httpx import ASGITransport, AsyncClient
from app import app
@pytest.mark.asyncio
async def test_one():
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        await client.get("/version")
@pytest.mark.asyncio
async def test_two():
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        await client.get("/version")
#= tests/conftest.py
import asyncio
import pytest
@pytest.fixture(scope="session")
def event_loop():
    loop = asyncio.new_event_loop()
    yield loop
    loop.close()
""",
    "disposed of after each test": _ROUTES
    + _QUIET
    + _TESTS
    + _CLIENT
    + """
@pytest.fixture(autouse=True)
async def fresh():
    yield
    import db
    await db.engine.dispose()
""",
    "the session is overridden": _ROUTES
    + _QUIET
    + _TESTS
    + _CLIENT
    + """
from app import get_db
app.dependency_overrides[get_db] = lambda: None
""",
    "a single test": _ROUTES
    + _QUIET
    + _CLIENT
    + """
#= tests/test_version.py
from app import app
async def test_one(client):
    await client.get("/version")
async def test_plain(client):
    await client.get("/plain")
""",
    "a sync client, whose loop is its own": _ROUTES
    + _QUIET
    + """
#= tests/test_version.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_one():
    client.get("/version")
def test_two():
    client.get("/version")
""",
    "made by the lifespan": """
#= app.py
from contextlib import asynccontextmanager
from fastapi import FastAPI, Request
from sqlalchemy.ext.asyncio import create_async_engine
@asynccontextmanager
async def lifespan(app):
    engine = create_async_engine("postgresql+asyncpg://db/app")
    yield {"engine": engine}
    await engine.dispose()
app = FastAPI(lifespan=lifespan)
@app.get("/version")
async def version(request: Request):
    async with request.state.engine.connect() as connection:
        return 1
#= tests/test_version.py
import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient
from app import app
@pytest.fixture
async def client():
    async with LifespanManager(app) as manager:
        transport = ASGITransport(manager.app)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            yield client
async def test_one(client):
    await client.get("/version")
async def test_two(client):
    await client.get("/version")
""",
    "tasks whose connections do not outlive their loop": """
import asyncio
import threading
from celery import Celery
from sqlalchemy import text
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool
app = Celery("app")
engine = create_async_engine("postgresql+asyncpg://db/app")
maker = async_sessionmaker(engine)
own = async_sessionmaker(create_async_engine("postgresql+asyncpg://db/app", poolclass=NullPool))
LOOP = asyncio.new_event_loop()
async def count(key: int) -> None:
    async with own() as session:
        await session.execute(text("SELECT 1"))
async def disposing(key: int) -> None:
    async with maker() as session:
        await session.execute(text("SELECT 1"))
    await engine.dispose()
async def asking(key: int) -> None:
    async with maker() as session:
        await session.execute(text("SELECT 1"))
@app.task
def first(key: int) -> None:
    asyncio.run(count(key))
@app.task
def second(key: int) -> None:
    asyncio.run(disposing(key))
@app.task
def third(key: int) -> None:
    asyncio.run_coroutine_threadsafe(asking(key), LOOP).result()
def command(key: int) -> None:
    asyncio.run(asking(key))
""",
}
