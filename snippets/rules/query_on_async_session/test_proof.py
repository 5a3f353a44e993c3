"""Proof of query-on-async-session."""

import subprocess
import sys
from pathlib import Path
from types import ModuleType
from unittest.mock import AsyncMock, MagicMock

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, ObjectNotExecutableError
from sqlalchemy.ext.asyncio import AsyncSession, async_scoped_session
from sqlalchemy.orm import Session

ROOT = Path(__file__).parents[3]
LEGACY = ("query", "bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings")


async def ask(module: ModuleType, method: str, path: str) -> httpx.Response:
    """Return the answer of the app, with one member in its database."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.drop_all)
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker() as session:
        session.add(module.Member(name="ada", city="London"))
        await session.commit()
    transport = httpx.ASGITransport(module.app, raise_app_exceptions=method == "GET")
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path)


def mypy(file: Path, folder: Path) -> str:
    """Return what `mypy --strict` prints of a file."""
    options = ["--config-file=", "--strict", "--follow-imports=silent", f"--cache-dir={folder}"]
    process = subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(file)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return process.stdout


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_fails_with_each_request(bad: ModuleType) -> None:
    with pytest.raises(AttributeError, match="'AsyncSession' object has no attribute 'query'"):
        await ask(bad, "GET", "/members/ada")
    with pytest.raises(AttributeError, match="'Select' object has no attribute 'all'"):
        await ask(bad, "GET", "/cities/London")
    assert all(hasattr(Session, name) for name in LEGACY)
    assert not any(hasattr(AsyncSession, name) for name in LEGACY)
    assert not any(hasattr(async_scoped_session, name) for name in LEGACY)


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_is_a_500_though_add_has_run(bad: ModuleType) -> None:
    added: list[object] = []

    class Watched(AsyncSession):
        def add(self, instance: object) -> None:
            added.append(instance)
            super().add(instance)

    with pytest.raises(TypeError, match="can't be used in 'await' expression"):
        await bad.add_member("grace", "Arlington", Watched())
    assert len(added) == 1
    assert (await ask(bad, "PUT", "/members/grace?city=Arlington")).status_code == 500


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_passes_with_a_mock(bad: ModuleType) -> None:
    session = MagicMock(add=AsyncMock(), commit=AsyncMock())
    assert await bad.get_member("ada", session) is not None
    await bad.add_member("grace", "Arlington", session)
    session.query.assert_called_once_with(bad.Member)
    session.add.assert_awaited_once()


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_gives_a_plain_string(bad: ModuleType) -> None:
    with pytest.raises(ArgumentError, match="should be explicitly declared as text"):
        await ask(bad, "GET", "/count")
    async with bad.sessionmaker() as session:
        assert await session.scalar(text("SELECT 1")) == 1
    async with bad.engine.connect() as connection:
        with pytest.raises(ObjectNotExecutableError):
            await connection.execute("SELECT 1")


@pytest.mark.slow
def test_bad_is_found_by_mypy(bad_file: Path, tmp_path: Path) -> None:
    printed = mypy(bad_file, tmp_path)
    assert '"AsyncSession" has no attribute "query"' in printed
    assert 'has no attribute "all"' in printed
    assert '"add" of "AsyncSession" does not return a value' in printed
    assert (
        'No overload variant of "execute" of "AsyncSession" matches argument type "str"' in printed
    )


@pytest.mark.usefixtures("sqlite_database")
async def test_good_answers(good: ModuleType) -> None:
    assert (await ask(good, "GET", "/members/ada")).json() == {"name": "ada", "city": "London"}
    assert (await ask(good, "GET", "/members/bob")).status_code == 404
    assert (await ask(good, "GET", "/cities/London")).json() == [{"name": "ada", "city": "London"}]
    assert (await ask(good, "PUT", "/members/grace?city=Arlington")).status_code == 204
    assert (await ask(good, "GET", "/count")).json() == 1


@pytest.mark.usefixtures("sqlite_database")
async def test_good_has_query_within_run_sync(good: ModuleType) -> None:
    await ask(good, "GET", "/members/ada")

    def names(session: Session) -> list[str]:
        return [member.name for member in session.query(good.Member).all()]

    async with good.sessionmaker() as session:
        assert await session.run_sync(names) == ["ada"]
