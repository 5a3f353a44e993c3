"""Fixtures: the started app, and a transaction that is rolled back after each test."""

import functools
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from asgi_lifespan import LifespanManager
from httpx import ASGITransport, AsyncClient
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, async_sessionmaker
from starlette.types import ASGIApp

import without_dotenv  # noqa: F401 -- comes first

os.environ["APP_JWT_SECRET"] = "a secret for tests, of 32 characters or more"
os.environ["APP_CORS_ORIGINS"] = "https://x.example"

from app.api.deps import get_sessionmaker
from app.core import security
from app.core.config import get_settings
from app.core.db import create_engine
from app.main import app
from clients import client_on
from patience import patient
from postgres import postgres_url, scratch_database


@pytest.fixture(scope="session", autouse=True)
def each_password_is_hashed_once() -> Iterator[None]:
    """Hashing is slow on purpose, and most tests sign up and log in with the same password."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("hash_password", "verify_password"):
            patch.setattr(security, name, functools.cache(getattr(security, name)))
        yield


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """Where PostgreSQL listens."""
    with postgres_url() as url:
        yield url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """An empty database of either kind: each test that uses it runs twice."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('sqlite') / 'test.db'}"
    else:
        with scratch_database(request.getfixturevalue("server_url")) as url:
            yield url


@pytest.fixture
async def started_app(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ASGIApp]:
    """The app with its lifespan run, which ASGITransport alone would not do."""
    monkeypatch.setenv("APP_DATABASE_URL", database_url)
    get_settings.cache_clear()
    async with LifespanManager(app, startup_timeout=patient(30)) as manager:
        yield manager.app
    get_settings.cache_clear()


@pytest.fixture
async def connection(started_app: ASGIApp, database_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection whose transaction ends with the test, whatever was committed in it."""
    engine = create_engine(database_url, 1)
    async with engine.connect() as connection:
        transaction = await connection.begin()
        yield connection
        await transaction.rollback()
    await engine.dispose()


@pytest.fixture
async def session(connection: AsyncConnection) -> AsyncIterator[AsyncSession]:
    """A session of the test's own, in the same transaction as the requests."""
    async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
        yield session


@pytest.fixture
async def client(started_app: ASGIApp, connection: AsyncConnection) -> AsyncIterator[AsyncClient]:
    """A client whose requests run in the test's transaction: their commits are savepoints."""
    sessionmaker = async_sessionmaker(
        connection, join_transaction_mode="create_savepoint", expire_on_commit=False
    )
    app.dependency_overrides[get_sessionmaker] = lambda: sessionmaker
    # Otherwise the exception behind a 500 is raised in the test.
    transport = ASGITransport(started_app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    app.dependency_overrides.clear()


@pytest.fixture
def own_postgres_url(server_url: str) -> Iterator[str]:
    """A PostgreSQL database for tests that must really commit: it exists for one test."""
    with scratch_database(server_url) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def own_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same on either database: a test that uses it runs twice."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    url: str = request.getfixturevalue("own_postgres_url")
    return url


@pytest.fixture
async def committing_client(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsyncClient]:
    """A client of the app as it is, each request with a connection and transaction of its own."""
    async with client_on(own_database_url, monkeypatch) as client:
        yield client
