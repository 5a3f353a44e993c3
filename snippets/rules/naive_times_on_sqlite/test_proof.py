"""Proof of naive-times-on-sqlite."""

from datetime import datetime, timedelta, timezone
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import DateTime, select
from sqlalchemy.exc import StatementError

NOON = datetime(2026, 7, 1, 12, tzinfo=timezone(timedelta(hours=2)))


async def stored(module: ModuleType, expires_at: datetime) -> Any:
    """Store a session and read it back."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add(module.LoginSession(expires_at=expires_at))
    async with module.sessionmaker() as session:
        return await session.scalar(select(module.LoginSession))


@pytest.mark.usefixtures("postgres_database")
async def test_bad_keeps_the_instant_in_postgresql(bad: ModuleType) -> None:
    assert isinstance(bad.LoginSession.__table__.c.expires_at.type, DateTime)
    login_session = await stored(bad, NOON)
    assert login_session.expires_at == NOON
    assert login_session.expired


@pytest.mark.usefixtures("postgres_database")
async def test_good_keeps_the_instant_in_postgresql(good: ModuleType) -> None:
    assert isinstance(good.LoginSession.__table__.c.expires_at.type, good.UTCDateTime)
    login_session = await stored(good, NOON)
    assert login_session.expires_at == NOON
    assert login_session.expired


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_cannot_compare_what_it_reads_from_sqlite(bad: ModuleType) -> None:
    login_session = await stored(bad, NOON)
    with pytest.raises(TypeError, match="can't compare offset-naive and offset-aware datetimes"):
        assert login_session.expired


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_loses_the_offset_in_sqlite(bad: ModuleType) -> None:
    assert (await stored(bad, NOON)).expires_at == NOON.replace(tzinfo=None)


@pytest.mark.usefixtures("sqlite_database")
async def test_good_keeps_the_instant_in_sqlite_and_refuses_naive_times(good: ModuleType) -> None:
    login_session = await stored(good, NOON)
    assert login_session.expires_at == NOON
    assert login_session.expired
    with pytest.raises(StatementError, match="a time needs a time zone"):
        await stored(good, NOON.replace(tzinfo=None))
