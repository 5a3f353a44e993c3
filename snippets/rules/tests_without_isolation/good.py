"""Tests that roll back the transaction in which the app's sessions commit."""

import os
from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

engine = create_async_engine(os.environ["APP_DATABASE_URL"], poolclass=NullPool)
sessionmaker = async_sessionmaker(engine)
app = FastAPI()


async def get_db() -> AsyncIterator[AsyncSession]:
    """Open a session."""
    async with sessionmaker() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_db, scope="function")]


@app.post("/users", status_code=201)
async def create_user(name: str, session: SessionDep) -> int:
    """Store a user, and return how many there are."""
    await session.execute(text("INSERT INTO users (name) VALUES (:name)"), {"name": name})
    await session.commit()
    return (await session.execute(text("SELECT count(*) FROM users"))).scalar_one()


@pytest.fixture
async def session() -> AsyncIterator[AsyncSession]:
    """Open a session for one test, whose commits release a savepoint of what is rolled back."""
    async with engine.connect() as connection:
        transaction = await connection.begin()
        async with AsyncSession(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        await transaction.rollback()


@pytest.fixture
async def client(session: AsyncSession) -> AsyncIterator[AsyncClient]:
    """Connect a client to the app, which is given the test's session."""
    app.dependency_overrides[get_db] = lambda: session
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        yield client
    app.dependency_overrides.clear()


async def test_ann_is_the_first_user(client: AsyncClient) -> None:
    assert (await client.post("/users", params={"name": "Ann"})).json() == 1


async def test_bob_is_the_first_user(client: AsyncClient) -> None:
    assert (await client.post("/users", params={"name": "Bob"})).json() == 1
