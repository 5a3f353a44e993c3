"""Proof of tests-without-isolation."""

import asyncio
import os
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

# SQLite with savepoints: the driver must not begin and commit by itself.
TWO_HOOKS = """
from sqlalchemy import Engine, event

@event.listens_for(Engine, "connect")
def on_connect(connection, _record):
    connection.isolation_level = None

@event.listens_for(Engine, "begin")
def on_begin(connection):
    connection.exec_driver_sql("BEGIN")
"""


def make_project(file: Path, folder: Path, conftest: str) -> None:
    folder.mkdir()
    (folder / "conftest.py").write_text(conftest)
    (folder / "test_users.py").write_text(file.read_text())


async def run_tests(file: Path, folder: Path, url: str, conftest: str = "") -> tuple[str, int]:
    """Run a file's tests; return pytest's last line, and how many rows are left."""
    make_project(file, folder, conftest)
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE IF EXISTS users"))
        await connection.execute(text("CREATE TABLE users (name text)"))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-c", "/dev/null", "-p", "no:cacheprovider", "--tb=native",
        f"--confcutdir={folder}",
        "--override-ini=asyncio_mode=auto",
        "--override-ini=asyncio_default_fixture_loop_scope=function", str(folder),
        cwd=folder, env=os.environ | {"APP_DATABASE_URL": url}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    async with engine.connect() as connection:
        rows = (await connection.execute(text("SELECT count(*) FROM users"))).scalar_one()
    return output.decode().splitlines()[-1], rows


@pytest.mark.slow
async def test_bad_leaves_each_tests_rows_to_the_next(
    bad_file: Path, tmp_path: Path, postgres_database: str
) -> None:
    outcome, rows = await run_tests(bad_file, tmp_path / "a", postgres_database)
    assert "1 failed, 1 passed" in outcome
    assert rows == 2


@pytest.mark.slow
async def test_good_leaves_nothing_although_the_app_commits(
    good_file: Path, tmp_path: Path, postgres_database: str
) -> None:
    outcome, rows = await run_tests(good_file, tmp_path / "a", postgres_database)
    assert "2 passed" in outcome
    assert rows == 0


@pytest.mark.slow
async def test_good_isolates_on_sqlite_with_two_hooks_and_not_without(
    good_file: Path, tmp_path: Path
) -> None:
    urls = [f"sqlite+aiosqlite:///{tmp_path / name}.db" for name in ("with", "without")]
    (outcome, rows), (outcome_without, rows_without) = await asyncio.gather(
        run_tests(good_file, tmp_path / "a", urls[0], TWO_HOOKS),
        run_tests(good_file, tmp_path / "b", urls[1]),
    )
    assert "2 passed" in outcome
    assert rows == 0
    assert "1 failed, 1 passed" in outcome_without
    assert rows_without == 2
