"""Fixtures that roll back: whose session, and what the app is given."""

BAD = ["await session.rollback()"]

_APP = """
#= db.py
from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker
engine = create_engine("postgresql://db/app")
SessionLocal = sessionmaker(engine)
#= app.py
from fastapi import Depends, FastAPI
from sqlalchemy.orm import Session
from db import SessionLocal
app = FastAPI()
def get_db():
    with SessionLocal() as session:
        yield session
def get_user():
    return None
@app.post("/users")
def create(name: str, session: Session = Depends(get_db), user=Depends(get_user)):
    session.add(name)
    session.commit()
"""
_TEST = """
#= tests/test_users.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_create(session):
    assert client.post("/users").status_code == 200
"""

FOUND = {
    "a TestClient of the test's module": _APP
    + _TEST
    + """
#= tests/conftest.py
import pytest
from db import SessionLocal
@pytest.fixture
def session():
    session = SessionLocal()
    yield session
    session.rollback()  # !
    session.close()
""",
    "in finally, a session on the engine": _APP
    + _TEST
    + """
#= tests/conftest.py
from pytest import fixture
from sqlalchemy.orm import Session as Db
import db
@fixture()
def session():
    with Db(bind=db.engine) as s:
        try:
            yield s
        finally:
            s.rollback()  # !
""",
    "a sessionmaker of the tests' own, only the user is overridden": _APP
    + _TEST
    + """
#= tests/conftest.py
import pytest
from sqlalchemy.orm import sessionmaker
from app import app, get_user
from db import engine
maker = sessionmaker(bind=engine, expire_on_commit=False)
@pytest.fixture(scope="function", name="session")
def a_session():
    app.dependency_overrides[get_user] = lambda: "ann"
    with maker() as opened:
        yield opened
        opened.rollback()  # !
    app.dependency_overrides.clear()
""",
    "unasked, for every test": _APP
    + """
#= tests/test_users.py
import pytest
from fastapi.testclient import TestClient
from app import app
from db import SessionLocal
@pytest.fixture(autouse=True)
def rolled_back():
    session = SessionLocal()
    yield session
    session.rollback()  # !
def test_create():
    with TestClient(app) as client:
        client.post("/users")
""",
    "async, tables made once": """
#= service.py
from fastapi import Depends, FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
engine = create_async_engine("postgresql+asyncpg://db/app")
maker = async_sessionmaker(engine)
app = FastAPI()
async def get_db():
    async with maker() as session:
        yield session
@app.post("/users")
async def create(session: AsyncSession = Depends(get_db)):
    session.add(1)
    await session.commit()
#= tests/conftest.py
import pytest_asyncio
from httpx import ASGITransport, AsyncClient
from service import app, engine, maker
@pytest_asyncio.fixture(scope="session", autouse=True)
async def tables():
    yield
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
@pytest_asyncio.fixture
async def db_session():
    async with maker() as session:
        yield session
        await session.rollback()  # !
@pytest_asyncio.fixture
async def client(db_session):
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as c:
        yield c
#= tests/test_users.py
from service import app
async def test_create(client):
    assert (await client.post("/users")).status_code == 200
""",
}

LOOK_ALIKES = {
    "handed over": _APP
    + _TEST
    + """
#= tests/conftest.py
import pytest
from app import app, get_db
from db import SessionLocal
@pytest.fixture
def session():
    session = SessionLocal()
    app.dependency_overrides[get_db] = lambda: session
    yield session
    session.rollback()
""",
    "bound to a connection": _APP
    + _TEST
    + """
#= tests/conftest.py
import pytest
from sqlalchemy.orm import Session
from db import engine
@pytest.fixture
def session():
    with engine.connect() as connection:
        session = Session(bind=connection)
        yield session
        session.rollback()
""",
    "the tables are emptied after each test": _APP
    + _TEST
    + """
#= tests/conftest.py
import pytest
from sqlalchemy import text
from db import SessionLocal
@pytest.fixture
def session():
    session = SessionLocal()
    yield session
    session.rollback()
    session.execute(text("TRUNCATE users"))
    session.commit()
""",
    "no test has a client besides": _APP
    + """
#= tests/conftest.py
import pytest
from db import SessionLocal
@pytest.fixture
def session():
    session = SessionLocal()
    yield session
    session.rollback()
#= tests/test_repository.py
import repository
from app import app
def test_add(session):
    repository.add(session)
#= tests/test_api.py
from fastapi.testclient import TestClient
from app import app
def test_docs():
    assert TestClient(app).get("/docs").status_code == 200
""",
    "a dependency, not a fixture": _APP
    + """
#= other.py
from db import SessionLocal
def get_session():
    session = SessionLocal()
    yield session
    session.rollback()
#= tests/test_users.py
from fastapi.testclient import TestClient
from app import app
client = TestClient(app)
def test_create():
    client.post("/users")
""",
    "the app's sessionmaker is replaced": _APP
    + _TEST
    + """
#= tests/conftest.py
import pytest
from db import SessionLocal
@pytest.fixture
def session(monkeypatch):
    session = SessionLocal()
    monkeypatch.setattr("app.SessionLocal", lambda: session)
    yield session
    session.rollback()
""",
    "the app commits nothing": """
#= app.py
from fastapi import Depends, FastAPI
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session, sessionmaker
maker = sessionmaker(create_engine("postgresql://db/app"))
app = FastAPI()
def get_db():
    with maker() as session:
        yield session
@app.get("/users")
def read(session: Session = Depends(get_db)):
    return session.scalar(text("SELECT 1"))
#= tests/test_users.py
import pytest
from fastapi.testclient import TestClient
from app import app, maker
@pytest.fixture
def session():
    session = maker()
    yield session
    session.rollback()
def test_read(session):
    TestClient(app).get("/users")
""",
}
