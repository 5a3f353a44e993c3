"""Proof of concurrent-migrations."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from patience import patient

ENV = """
import asyncio
import os

from alembic import context
from sqlalchemy.ext.asyncio import create_async_engine


def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()


async def main():
    engine = create_async_engine(os.environ["APP_DATABASE_URL"])
    async with engine.connect() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
"""
# A migration takes its time: here until the other worker migrates too, or waits for a lock.
MIGRATION = """
import os
import time
from pathlib import Path

from alembic import op
from sqlalchemy import text

revision = "1"
down_revision = None
WAITING = text(
    "SELECT count(*) FROM pg_locks WHERE NOT granted AND ("
    "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " OR pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
)


def upgrade():
    Path(f"migrates-{os.getpid()}").touch()
    while len(list(Path().glob("migrates-*"))) < 2:
        if op.get_bind().execute(WAITING).scalar():
            break
        time.sleep(0.01)
    op.execute("CREATE TABLE users (id integer PRIMARY KEY)")
"""
# What each worker does: it imports the application, and enters its lifespan.
WORKER = """
import asyncio
import sys

import {module}


async def start():
    async with {module}.lifespan({module}.app):
        print("started")


asyncio.run(start())
"""


def start_two(file: Path, folder: Path) -> list[tuple[int, str]]:
    """Start two workers at once on an empty database; return their exit codes and errors."""
    versions = folder / "migrations" / "versions"
    versions.mkdir(parents=True)
    (folder / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    (folder / "migrations" / "env.py").write_text(ENV)
    (versions / "0001.py").write_text(MIGRATION)
    code = textwrap.dedent(WORKER).format(module=file.stem)
    environment = os.environ | {"PYTHONPATH": str(file.parent)}
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    return [
        (w.returncode, e) for w, (_, e) in [(w, w.communicate(None, patient(60))) for w in workers]
    ]


@pytest.mark.slow
@pytest.mark.usefixtures("postgres_database")
def test_bad_ends_all_workers_but_one(bad_file: Path, tmp_path: Path) -> None:
    ended = start_two(bad_file, tmp_path)
    assert sorted(code for code, _ in ended) == [0, 1]
    assert any("UniqueViolation" in error or "already exists" in error for _, error in ended)


@pytest.mark.slow
@pytest.mark.usefixtures("postgres_database")
def test_good_starts_both(good_file: Path, tmp_path: Path) -> None:
    ended = start_two(good_file, tmp_path)
    assert [code for code, _ in ended] == [0, 0], ended
