"""Clients of apps whose lifespan makes something: started how, and asked for what."""

BAD = ["transport = ASGITransport(app)"]

_APP = """
#= app.py
from contextlib import asynccontextmanager
from typing import Annotated
from fastapi import Depends, FastAPI, Request
@asynccontextmanager
async def lifespan(app):
    app.state.pool = object()
    yield {"engine": object()}
app = FastAPI(lifespan=lifespan)
def get_pool(request: Request):
    return request.app.state.pool
@app.get("/version")
async def version(request: Request):
    return request.state.engine
@app.get("/pool/{name}")
async def pool(name: str, pool: Annotated[object, Depends(get_pool)]):
    return 1
@app.get("/docs2")
async def docs():
    return 1
"""

_STORE = """
#= store.py
from databases import Database
database = Database("postgresql://db/app")
async def all_notes():
    return await database.fetch_all("SELECT * FROM notes")
#= app.py
from contextlib import asynccontextmanager
from fastapi import Depends, FastAPI, Request
import store
from store import database
@asynccontextmanager
async def lifespan(app):
    await database.connect()
    app.state.pool = object()
    yield
app = FastAPI(lifespan=lifespan)
def get_user():
    return 1
def get_pool(request: Request):
    return request.app.state.pool
def get_repository(pool=Depends(get_pool)):
    return pool
@app.get("/notes")
async def notes():
    return await store.all_notes()
@app.get("/names")
async def names(repository=Depends(get_repository)):
    return 1
"""

FOUND = {
    "a lifespan that only connects": """
#= database.py
from databases import Database
database = Database("postgresql://db/app")
#= app.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from database import database
@asynccontextmanager
async def lifespan(app):
    await database.connect()
    yield
    await database.disconnect()
app = FastAPI(lifespan=lifespan)
@app.get("/notes")
async def notes():
    return await database.fetch_all("SELECT * FROM notes")
#= tests/test_notes.py
from httpx import ASGITransport, AsyncClient
from app import app
async def test_notes():
    transport = ASGITransport(app=app)  # !
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/notes")).status_code == 200
""",
    "a lifespan that only makes the tables": """
#= models.py
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
engine = create_async_engine("sqlite+aiosqlite:///app.db")
class Base(DeclarativeBase): ...
async def create_tables():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
async def get_db():
    async with AsyncSession(engine) as session:
        yield session
#= app.py
from contextlib import asynccontextmanager
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from models import create_tables, get_db
@asynccontextmanager
async def lifespan(app):
    await create_tables()
    yield
app = FastAPI(lifespan=lifespan)
@app.get("/notes")
async def notes(session: AsyncSession = Depends(get_db)):
    return (await session.execute(text("SELECT * FROM notes"))).all()
#= tests/test_notes.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)  # !
def test_notes():
    assert client.get("/notes").status_code == 200
""",
    "a TestClient without with": _APP
    + """
#= tests/test_version.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)  # !
def test_version():
    assert client.get("/version").status_code == 200
""",
    "a helper returns it, and nobody enters that": _APP
    + """
#= tests/test_version.py
from fastapi.testclient import TestClient
from app import app
def make_client(name) -> TestClient:
    return TestClient(app)  # !
def test_version():
    client = make_client("a")
    assert client.get("/version").status_code == 200
""",
    "app.state, read by a dependency, a fixture of conftest.py": _APP
    + """
#= tests/conftest.py
import httpx
import pytest
from app import app as service
@pytest.fixture
async def client():
    transport = httpx.ASGITransport(app=service)  # !
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
#= tests/test_pool.py
async def test_pool(client):
    name = "a"
    assert (await client.get(f"/pool/{name}")).json() == 1
from app import app
""",
    "a factory, the state as a call of a TypedDict": """
#= service.py
from contextlib import asynccontextmanager
from typing import TypedDict
import fastapi
class State(TypedDict):
    engine: object
@asynccontextmanager
async def start(app):
    yield State(engine=object())
router = fastapi.APIRouter(prefix="/v1")
@router.get("/version")
async def version(request: fastapi.Request):
    return request.state.engine
def create_app():
    app = fastapi.FastAPI(lifespan=start)
    app.include_router(router)
    return app
#= tests/test_version.py
import pytest
from httpx import ASGITransport as Transport, AsyncClient
from service import create_app
@pytest.fixture
def app():
    return create_app()
async def test_version(app):
    async with AsyncClient(transport=Transport(app), base_url="http://test") as client:  # !
        await client.get("/v1/version")
""",
    "the app= of older httpx": _APP
    + """
#= tests/test_version.py
from httpx import AsyncClient
from app import app
async def test_version():
    async with AsyncClient(app=app, base_url="http://test") as client:  # !
        await client.get("/version")
""",
    "asked by a helper of the tests": _APP
    + """
#= tests/test_version.py
from starlette.testclient import TestClient
import app
def ask(path):
    client = TestClient(app.app)  # !
    return client.get("/version")
def test_version():
    assert ask("/version").status_code == 200
""",
    "what a test patches is something else": _STORE
    + """
#= tests/test_notes.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)  # !
def test_notes(monkeypatch):
    monkeypatch.setattr("store.all_names", lambda: [])
    assert client.get("/notes").status_code == 200
""",
    "another dependency is overridden": _STORE
    + """
#= tests/test_names.py
from fastapi.testclient import TestClient
from app import app, get_user
app.dependency_overrides[get_user] = lambda: 1
client = TestClient(app)  # !
def test_names():
    assert client.get("/names").status_code == 200
""",
}

LOOK_ALIKES = {
    "a query that is patched": _STORE
    + """
#= tests/test_notes.py
from unittest.mock import AsyncMock
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_notes(monkeypatch):
    monkeypatch.setattr("store.all_notes", AsyncMock(return_value=[]))
    assert client.get("/notes").status_code == 200
""",
    "a connection that is patched": _STORE
    + """
#= tests/test_notes.py
from unittest.mock import AsyncMock, patch
from fastapi.testclient import TestClient
import store
from app import app
client = TestClient(app)
@patch.object(store, "database", AsyncMock())
def test_notes():
    assert client.get("/notes").status_code == 200
""",
    "a method of the connection that is patched": _STORE
    + """
#= tests/test_notes.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_notes(mocker):
    mocker.patch("store.database.fetch_all", return_value=[])
    assert client.get("/notes").status_code == 200
""",
    "an overridden dependency of which another is a part": _STORE
    + """
#= tests/test_names.py
from fastapi.testclient import TestClient
from app import app, get_repository
client = TestClient(app)
def test_names():
    app.dependency_overrides.update({get_repository: lambda: 1})
    assert client.get("/names").status_code == 200
""",
    "a session that is patched": """
#= models.py
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
engine = create_async_engine("sqlite+aiosqlite:///app.db")
SessionLocal = async_sessionmaker(engine)
class Base(DeclarativeBase): ...
async def make_tables():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
#= app.py
from contextlib import asynccontextmanager
from fastapi import FastAPI
from sqlalchemy import text
import models
@asynccontextmanager
async def lifespan(app):
    await models.make_tables()
    yield
app = FastAPI(lifespan=lifespan)
@app.get("/notes")
async def notes():
    async with models.SessionLocal() as session:
        return (await session.execute(text("SELECT * FROM notes"))).all()
#= tests/test_notes.py
from fastapi.testclient import TestClient
import models
from app import app
from fakes import FakeSession
client = TestClient(app)
def test_notes():
    models.SessionLocal = FakeSession
    assert client.get("/notes").status_code == 200
""",
    "a client that a function gives, entered": _APP
    + """
#= tests/helpers.py
from fastapi.testclient import TestClient
from app import app
def started():
    return TestClient(app)
#= tests/test_version.py
from tests.helpers import started
def test_version():
    with started() as client:
        client.get("/version")
""",
    "a client of a fixture, entered": _APP
    + """
#= tests/test_version.py
import pytest
from fastapi.testclient import TestClient
from app import app
@pytest.fixture
def client():
    return TestClient(app)
def test_version(client):
    with client:
        client.get("/version")
""",
    "tables and connections that a fixture makes": """
#= models.py
from databases import Database
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
database = Database("postgresql://db/app")
engine = create_async_engine("sqlite+aiosqlite:///app.db")
class Base(DeclarativeBase): ...
async def create_tables():
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
async def get_db():
    async with AsyncSession(engine) as session:
        yield session
#= app.py
from contextlib import asynccontextmanager
from fastapi import Depends, FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from models import create_tables, database, get_db
@asynccontextmanager
async def lifespan(app):
    await create_tables()
    await database.connect()
    yield
app = FastAPI(lifespan=lifespan)
@app.get("/notes")
async def notes(session: AsyncSession = Depends(get_db)):
    return (await session.execute(text("SELECT * FROM notes"))).all()
@app.get("/others")
async def others():
    return await database.fetch_all("SELECT * FROM notes")
#= tests/conftest.py
import pytest
from models import create_tables, database
@pytest.fixture(autouse=True)
async def tables():
    await create_tables()
    await database.connect()
#= tests/test_notes.py
from httpx import ASGITransport, AsyncClient
from app import app
async def test_notes():
    transport = ASGITransport(app=app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await client.get("/notes")).status_code == 200
        assert (await client.get("/others")).status_code == 200
""",
    "entered": _APP
    + """
#= tests/test_version.py
from fastapi.testclient import TestClient
from app import app
def test_version():
    with TestClient(app) as client:
        client.get("/version")
""",
    "entered later": _APP
    + """
#= tests/test_version.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_version():
    with client:
        client.get("/version")
""",
    "entered where a helper returns it": _APP
    + """
#= tests/test_version.py
from fastapi.testclient import TestClient
from app import app
def make_client(name) -> TestClient:
    app.title = name
    return TestClient(app)
def test_version():
    with make_client("a") as client:
        client.get("/version")
""",
    "LifespanManager in a fixture of its own": _APP
    + """
#= tests/conftest.py
import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient
from app import app
@pytest.fixture
async def started():
    async with LifespanManager(app) as manager:
        yield manager.app
@pytest.fixture
async def client(started):
    async with AsyncClient(transport=ASGITransport(started), base_url="http://test") as client:
        yield client
#= tests/test_version.py
from app import app
async def test_version(client):
    await client.get("/version")
""",
    "the router's lifespan_context": _APP
    + """
#= tests/test_version.py
from httpx import ASGITransport, AsyncClient
from app import app
async def test_pool():
    async with app.router.lifespan_context(app):
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            await client.get("/pool/a")
""",
    "the test sets the state": _APP
    + """
#= tests/test_version.py
from fastapi.testclient import TestClient
from app import app
app.state.pool = object()
client = TestClient(app)
def test_pool():
    client.get("/pool/a")
""",
    "the dependency is overridden": _APP
    + """
#= tests/test_version.py
from fastapi.testclient import TestClient
from app import app, get_pool
app.dependency_overrides[get_pool] = lambda: object()
client = TestClient(app)
def test_pool():
    client.get("/pool/a")
""",
    "an endpoint that needs nothing of it": _APP
    + """
#= tests/test_docs.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_docs():
    client.get("/docs2")
""",
    "a lifespan that makes no state": """
#= app.py
from contextlib import asynccontextmanager
from fastapi import FastAPI, Request
@asynccontextmanager
async def lifespan(app):
    print("up")
    yield
app = FastAPI(lifespan=lifespan)
@app.middleware("http")
async def mark(request: Request, call_next):
    request.state.user = 1
    return await call_next(request)
@app.get("/me")
async def me(request: Request):
    return request.state.user
#= tests/test_me.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_me():
    client.get("/me")
""",
}
