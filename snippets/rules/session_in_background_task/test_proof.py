"""Proof of session-in-background-task."""

import asyncio
from types import ModuleType
from typing import Annotated, Literal

import pytest
from fastapi import Depends
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import DetachedInstanceError

pytestmark = pytest.mark.usefixtures("postgres_database")


async def is_welcomed_after_sign_up(module: ModuleType) -> bool:
    """Sign up, wait for the background task, and return what it noted."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        response = await client.post("/users", params={"email": "ann@example.com"})
    assert (response.status_code, response.json()) == (201, {"id": 1})
    async with module.sessionmaker() as session:
        return bool(await session.scalar(select(module.User.is_welcomed)))


async def test_bad_loses_the_change_and_reports_success(bad: ModuleType) -> None:
    assert not await is_welcomed_after_sign_up(bad)


async def test_bad_cannot_read_an_expired_object(bad: ModuleType) -> None:
    bad.sessionmaker.configure(expire_on_commit=True)
    with pytest.raises(DetachedInstanceError, match="is not bound to a Session"):
        await is_welcomed_after_sign_up(bad)


@pytest.mark.parametrize("expire_on_commit", [False, True])
async def test_good_writes_the_change(
    good: ModuleType,
    expire_on_commit: bool,
) -> None:
    good.sessionmaker.configure(expire_on_commit=expire_on_commit)
    assert await is_welcomed_after_sign_up(good)


async def test_bad_takes_a_connection_that_nobody_gives_back(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions: list[AsyncSession] = []

    async def count_users(session: AsyncSession, _user: object) -> None:
        await session.scalar(select(func.count(bad.User.id)))
        sessions.append(session)

    monkeypatch.setattr(bad, "welcome", count_users)
    await is_welcomed_after_sign_up(bad)
    assert bad.engine.pool.checkedout() == 1
    await sessions[0].close()


@pytest.mark.parametrize("scope", ["function", "request"])
async def test_bad_outlives_a_session_of_any_scope_in_a_task_of_asyncio(
    bad: ModuleType, scope: Literal["function", "request"], monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks: list[asyncio.Task[None]] = []
    is_answered = asyncio.Event()

    async def send_mail(_address: str) -> None:
        await is_answered.wait()

    @bad.app.put("/users")
    async def put_user(session: Annotated[AsyncSession, Depends(bad.get_db, scope=scope)]) -> None:
        user = bad.User(email="ann@example.com")
        session.add(user)
        await session.commit()
        tasks.append(asyncio.create_task(bad.welcome(session, user)))

    monkeypatch.setattr(bad, "send_mail", send_mail)
    async with bad.engine.begin() as connection:
        await connection.run_sync(bad.Base.metadata.create_all)
    async with AsyncClient(transport=ASGITransport(bad.app), base_url="http://test") as client:
        await client.put("/users")
    is_answered.set()
    await tasks[0]
    async with bad.sessionmaker() as session:
        assert not await session.scalar(select(bad.User.is_welcomed))
