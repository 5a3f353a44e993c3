"""Proof of forgotten-await."""

import gc
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where mypy keeps what it knows of SQLAlchemy from one test to the next."""
    return tmp_path_factory.mktemp("mypy")


def mypy(file: Path, cache: Path) -> list[tuple[str, str]]:
    """Return the line and the code of each error that `mypy --strict` finds."""
    command = [
        "mypy",
        "--config-file=",
        "--strict",
        "--follow-imports=silent",
        f"--cache-dir={cache}",
        str(file),
    ]
    process = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert re.search(r"^(Found|Success)", process.stdout, re.MULTILINE), process
    source = file.read_text().splitlines()
    errors = re.findall(r":(\d+): error: .* \[(\S+)\]$", process.stdout, re.MULTILINE)
    return [(source[int(line) - 1].strip(), code) for line, code in errors]


@asynccontextmanager
async def ada(module: ModuleType, url: str) -> AsyncIterator[AsyncSession]:
    """Yield a session of a database with one user."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(module.Base.metadata.create_all)
        async with async_sessionmaker(engine)() as session:
            session.add(module.User(id=1, name="Ada"))
            await session.commit()
            yield session
    finally:
        await engine.dispose()


async def test_bad_loses_the_change_and_only_warns(bad: ModuleType, sqlite_database: str) -> None:
    async with ada(bad, sqlite_database) as session:
        user = await session.get_one(bad.User, 1)
        with pytest.warns(RuntimeWarning, match=r"'AsyncSession.commit' was never awaited"):
            await bad.rename_user(session, user, "Grace")
        await session.rollback()
        await session.refresh(user)
        assert user.name == "Ada"


async def test_bad_deletes_nothing_without_annotations(
    bad: ModuleType, sqlite_database: str
) -> None:
    async with ada(bad, sqlite_database) as session:
        user = await session.get_one(bad.User, 1)
        with pytest.warns(RuntimeWarning, match=r"'AsyncSession.delete' was never awaited"):
            await bad.delete_user(session, user)
        await session.refresh(user)


async def test_bad_knows_every_stranger(bad: ModuleType, sqlite_database: str) -> None:
    async with ada(bad, sqlite_database) as session:
        with pytest.warns(RuntimeWarning, match=r"'AsyncSession.get' was never awaited"):
            assert await bad.greeting(session, 404) == "Welcome back!"


async def test_bad_fails_at_once_only_where_the_result_is_used(
    bad: ModuleType, sqlite_database: str
) -> None:
    async with ada(bad, sqlite_database) as session:
        with (
            pytest.warns(RuntimeWarning, match=r"'AsyncSession.get_one' was never awaited"),
            pytest.raises(AttributeError, match="'coroutine' object has no attribute 'name'"),
        ):
            await bad.user_name(session, 1)
        gc.collect()


@pytest.mark.slow
def test_bad_is_found_by_strict_mypy_only_in_part(bad_file: Path, cache: Path) -> None:
    assert mypy(bad_file, cache) == [
        ("session.commit()", "unused-coroutine"),
        ("return session.get_one(User, user_id).name", "no-any-return"),
        ("return session.get_one(User, user_id).name", "attr-defined"),
        ("async def delete_user(session, user):", "no-untyped-def"),
    ]


def with_truthy_bool(file: Path, folder: Path) -> Path:
    """Return a copy that enables it; the option of the same name would cost mypy its cache."""
    copy = folder / "service.py"
    copy.write_text('# mypy: enable-error-code="truthy-bool"\n' + file.read_text())
    return copy


@pytest.mark.slow
def test_bad_is_found_by_truthy_bool_in_the_condition(
    bad_file: Path, cache: Path, tmp_path: Path
) -> None:
    errors = mypy(with_truthy_bool(bad_file, tmp_path), cache)
    assert ("if not user:", "truthy-bool") in errors


def run_pytest(file: Path, folder: Path, *options: str) -> tuple[int, str]:
    """Run a test that only calls the code; return pytest's exit code and what it printed."""
    (folder / "test_it.py").write_text(
        "import asyncio\n"
        "from sqlalchemy.ext.asyncio import AsyncSession\n"
        f"from {file.stem} import User, delete_user\n"
        "class Session(AsyncSession):\n"
        "    async def commit(self):\n"
        "        pass\n"
        "    async def delete(self, instance):\n"
        "        pass\n"
        "def test_delete_user():\n"
        "    asyncio.run(delete_user(Session(), User(id=1)))\n"
    )
    plain = [
        "-q",
        "-c",
        "/dev/null",
        f"--rootdir={folder}",
        "--noconftest",
        "-p",
        "no:cacheprovider",
    ]
    process = subprocess.run(
        [sys.executable, "-m", "pytest", *plain, "-p", "no:asyncio", *options, "test_it.py"],
        cwd=folder,
        env={"PYTHONPATH": str(file.parent), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    return process.returncode, process.stdout


@pytest.mark.slow
def test_bad_fails_a_test_only_where_warnings_are_errors(bad_file: Path, tmp_path: Path) -> None:
    code, printed = run_pytest(bad_file, tmp_path)
    assert code == 0
    assert "RuntimeWarning: coroutine 'Session.delete' was never awaited" in printed
    code, printed = run_pytest(bad_file, tmp_path, "-W", "error")
    assert code == 1
    assert "PytestUnraisableExceptionWarning" in printed


async def test_good_keeps_the_change_and_knows_strangers(
    good: ModuleType, sqlite_database: str
) -> None:
    async with ada(good, sqlite_database) as session:
        user = await session.get_one(good.User, 1)
        await good.rename_user(session, user, "Grace")
        await session.rollback()
        assert await good.user_name(session, 1) == "Grace"
        assert await good.greeting(session, 404) == "Who are you?"
        await good.delete_user(session, user)
        assert await good.greeting(session, 1) == "Who are you?"


@pytest.mark.slow
def test_good_is_clean_to_mypy(good_file: Path, cache: Path, tmp_path: Path) -> None:
    assert mypy(with_truthy_bool(good_file, tmp_path), cache) == []
