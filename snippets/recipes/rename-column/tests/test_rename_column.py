"""A column is renamed: old and new code serve meanwhile, no request fails, no name is lost."""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from app.backfill import backfill
from app.core.config import get_settings
from app.core.db import create_engine
from clients import ADA
from live import ROOT, SECRET, live_server
from patience import patient

Migrate = Callable[[str], None]
Run = Callable[..., Sequence[Any]]

OLD = "mapped_column(String(100))"
NEW = 'mapped_column("display_name", String(100), index=True)'
ADD_USERS = (
    "INSERT INTO users (email, full_name, password_hash, created_at) "
    "SELECT 'user' || n, 'name' || n, '', now() FROM generate_series(1, {}) n"
)
ADD_PRODUCTS = (
    "INSERT INTO products (name, price, owner_id, created_at) "
    "SELECT 'Lamp', 1, id, now() FROM users LIMIT 20"
)
NO_TABLES = {"APP_CREATE_TABLES": "false"}
DIFFERENT = "SELECT count(*) FROM users WHERE display_name IS DISTINCT FROM full_name"


@pytest.fixture
def run(own_postgres_url: str) -> Run:
    """Run statements, each in a transaction of its own; return the rows of the last."""

    async def execute(*statements: str) -> Sequence[Any]:
        engine = create_engine(own_postgres_url, 1, command_timeout=None).execution_options(
            isolation_level="AUTOCOMMIT"
        )
        try:
            async with engine.connect() as connection:
                for statement in statements:
                    result = await connection.execute(text(statement))
                return result.all() if result.returns_rows else []
        finally:
            await engine.dispose()

    return lambda *statements: asyncio.run(execute(*statements))


@pytest.fixture
def migrate(own_postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Migrate]:
    """Bring the database to a revision; begin with that of the old code."""
    monkeypatch.setenv("APP_DATABASE_URL", own_postgres_url)
    get_settings.cache_clear()
    upgrade = partial(command.upgrade, Config(ROOT / "alembic.ini"))
    upgrade("0001")
    yield upgrade
    get_settings.cache_clear()


def error_of(revision: str) -> str:
    """Migrate as one would on the command line; return what went wrong."""
    program = [sys.executable, "-m", "alembic", "upgrade", revision]
    return subprocess.run(program, cwd=ROOT, stderr=subprocess.PIPE, text=True, check=False).stderr


@pytest.fixture
def old_code(tmp_path: Path) -> Path:
    """The service as it was before the rename."""
    shutil.copytree(ROOT / "app", tmp_path / "app")
    model = tmp_path / "app" / "models" / "user.py"
    assert NEW in model.read_text()
    model.write_text(model.read_text().replace(NEW, OLD))
    return tmp_path


def copy_names(url: str, size: int = 1_000) -> int:
    """Run the backfill to its end."""

    async def copy() -> int:
        engine = create_engine(url, 1)
        copied = await backfill(engine, size)
        await engine.dispose()
        return copied

    return asyncio.run(copy())


class Traffic(threading.Thread):
    """Sign-ups and reads, one after the other, until told to stop."""

    def __init__(self, url: str, kind: str) -> None:
        super().__init__(daemon=True)
        self.url, self.kind = url, kind
        self.names: list[str] = []
        self.failures: list[str] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        """Sign up users whose address is their name."""
        with httpx.Client(base_url=self.url, timeout=patient(30)) as client:
            while not self.stopping.is_set():
                name = f"{self.kind}{len(self.names)}@example.com"
                body = ADA | {"email": name, "full_name": name}
                made = client.post("/api/v1/users", json=body)
                read = client.get("/api/v1/products")
                self.failures += [it.text for it in (made, read) if it.status_code >= 300]
                self.names.append(name)

    def go_on(self, requests: int = 3) -> None:
        """Wait until so many more sign-ups are answered."""
        enough = len(self.names) + requests
        while len(self.names) < enough:
            assert self.is_alive()
            time.sleep(0.01)


@contextmanager
def traffic(url: str, kind: str) -> Iterator[Traffic]:
    """Yield traffic on this server; in the end wait for some more."""
    stream = Traffic(url, kind)
    stream.start()
    yield stream
    stream.go_on()
    stream.stopping.set()
    stream.join()


@pytest.mark.live
def test_old_and_new_code_serve_through_all_phases_without_a_failure(
    own_postgres_url: str, old_code: Path, migrate: Migrate, run: Run
) -> None:
    run(ADD_USERS.format(2_000), ADD_PRODUCTS)
    with (
        live_server(own_postgres_url, **NO_TABLES) as new_server,
        live_server(own_postgres_url, source=old_code, **NO_TABLES) as old_server,
    ):
        with traffic(old_server.url, "old") as old:
            old.go_on()
            migrate("name_expand")
            old.go_on()
            assert copy_names(own_postgres_url) >= 2_000
            with traffic(new_server.url, "new") as new:
                new.go_on()
                migrate("name_constrain")
                old.go_on()
                new.go_on()
        assert run(DIFFERENT) == [(0,)]
        with traffic(new_server.url, "last") as last:
            last.go_on()
            migrate("name_contract")
            last.go_on()
    assert old.failures + new.failures + last.failures == []
    names = dict(run("SELECT email, display_name FROM users"))
    assert names == {f"user{n}": f"name{n}" for n in range(1, 2_001)} | {
        name: name for name in old.names + new.names + last.names
    }


@pytest.mark.live
def test_in_one_step_the_old_workers_fail(
    own_postgres_url: str, old_code: Path, migrate: Migrate, run: Run
) -> None:
    """Each of these steps succeeds, and the code that runs meanwhile does not."""
    steps = {
        "RENAME full_name TO display_name": "RENAME display_name TO full_name",
        "ADD display_name varchar(100) NOT NULL": "DROP display_name",
        "DROP full_name": "ADD full_name varchar(100)",
    }
    with live_server(own_postgres_url, source=old_code, **NO_TABLES) as server:
        for number, (step, back) in enumerate(steps.items()):
            statuses = []
            for change in (step, back):
                run(f"ALTER TABLE users {change}")
                body = ADA | {"email": f"{number}{change[:3]}@example.com"}
                answer = httpx.post(f"{server.url}/api/v1/users", json=body)
                statuses.append(answer.status_code)
            run("TRUNCATE users CASCADE")
            # 409: the service takes the missing value for a taken address
            assert statuses in ([500, 201], [409, 201]), step


def test_a_migration_behind_a_long_transaction_gives_up_and_reads_go_on(
    own_postgres_url: str, migrate: Migrate, run: Run
) -> None:
    """Without `lock_timeout`, every read waits behind the migration that waits."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    read = text("SELECT count(*) FROM users")

    async def read_while(work: Callable[[], Any]) -> tuple[bool, Any]:
        """Say whether reads go on while the work waits for a lock, and what it returns then."""
        engine = create_engine(own_postgres_url, 3)
        async with engine.connect() as long, engine.connect() as reader, engine.connect() as seer:
            await long.execute(read)
            working = asyncio.create_task(asyncio.to_thread(work))
            while not await seer.scalar(waiting):  # noqa: ASYNC110 -- no event of ours
                await asyncio.sleep(0.01)
            reading = asyncio.create_task(reader.scalar(read))
            done, _ = await asyncio.wait([reading], timeout=4)
            if done:
                await working
            await long.rollback()
            await reading
            result = await working
        await engine.dispose()
        return bool(done), result

    assert asyncio.run(read_while(lambda: run("ALTER TABLE users ADD nickname text")))[0] is False
    reads, error = asyncio.run(read_while(lambda: error_of("name_expand")))
    assert reads
    assert "lock timeout" in error
    migrate("name_expand")


@pytest.mark.live
def test_a_backfill_that_was_killed_goes_on_where_it_was(
    own_postgres_url: str, migrate: Migrate, run: Run
) -> None:
    run(ADD_USERS.format(30_000))
    migrate("name_expand")
    program = [sys.executable, "-m", "app.backfill"]
    environment = os.environ | {"APP_DATABASE_URL": own_postgres_url, "APP_JWT_SECRET": SECRET}
    process = subprocess.Popen(program, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
    filled = "SELECT count(display_name) FROM users"
    while run(filled) == [(0,)]:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait(patient(10))
    [(count,)] = run(filled)
    assert 0 < count < 30_000
    assert count % 1_000 == 0
    assert copy_names(own_postgres_url) == 30_000 - count
    assert run(DIFFERENT) == [(0,)]


def test_what_either_side_writes_during_the_backfill_is_kept(
    own_postgres_url: str, migrate: Migrate, run: Run
) -> None:
    run(ADD_USERS.format(2_000))
    migrate("name_expand")
    expected: dict[int, str] = {}
    stop = threading.Event()

    updates = [
        text("UPDATE users SET full_name = :name WHERE id = :id"),
        text("UPDATE users SET display_name = :name WHERE id = :id"),
    ]

    async def write() -> None:
        engine = create_engine(own_postgres_url, 1).execution_options(isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            while not stop.is_set():
                number = len(expected) * 7 % 2_000 + 1
                update = updates[len(expected) % 2]
                await connection.execute(update, {"name": f"new {number}", "id": number})
                expected[number] = f"new {number}"
        await engine.dispose()

    writer = threading.Thread(target=lambda: asyncio.run(write()))
    writer.start()
    copy_names(own_postgres_url, size=20)
    stop.set()
    writer.join()
    names = dict(run("SELECT id, display_name FROM users"))
    assert len(expected) > 50
    assert names == {id_: f"name{id_}" for id_ in names} | expected
    assert run(DIFFERENT) == [(0,)]


def test_the_constraint_waits_for_the_backfill_and_can_be_tried_again(
    own_postgres_url: str, migrate: Migrate, run: Run
) -> None:
    run(ADD_USERS.format(10))
    migrate("name_expand")
    assert "violated by some row" in error_of("name_constrain")
    assert copy_names(own_postgres_url) == 10
    # What is left behind by an index whose building failed.
    run(
        "CREATE INDEX ix_users_display_name ON users (display_name)",
        "UPDATE pg_index SET indisvalid = false "
        "WHERE indexrelid = to_regclass('ix_users_display_name')",
    )
    migrate("name_constrain")
    assert run(
        "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('ix_users_display_name')"
    ) == [(True,)]
    assert run(
        "SELECT is_nullable FROM information_schema.columns WHERE column_name = 'display_name'"
    ) == [("NO",)]
