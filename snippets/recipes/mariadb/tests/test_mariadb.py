"""MariaDB: what it does otherwise than PostgreSQL, and the service does not notice."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from httpx import AsyncClient
from sqlalchemy import inspect, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.core.db import create_engine, create_tables
from app.core.mariadb import is_passing, lock_of
from app.models import Base
from clients import ADA, client_on, sign_up
from live import ROOT
from mariadb_server import running_mariadb
from patience import patient

ACCENTS = ("jose@example.com", "josé@example.com")


@asynccontextmanager
async def engine_of(url: str, **options: object) -> AsyncIterator[AsyncEngine]:
    """Yield the service's engine, or one with these options and the server's defaults."""
    engine = create_async_engine(url, **options) if options else create_engine(url, 2)
    yield engine
    await engine.dispose()


async def put(connection: AsyncConnection, name: str) -> None:
    """Add a row to the table of these tests."""
    await connection.execute(text("INSERT INTO names VALUES (:name)"), {"name": name})


@pytest.mark.parametrize(
    ("collation", "equal"), [("utf8mb4_general_ci", "José"), ("utf8mb4_bin", "jose ")]
)
async def test_a_database_of_another_collation_stops_the_start(
    own_mariadb_url: str, monkeypatch: pytest.MonkeyPatch, collation: str, equal: str
) -> None:
    async with engine_of(own_mariadb_url, pool_size=1) as e, e.begin() as connection:
        await connection.execute(text(f"ALTER DATABASE COLLATE {collation}"))
        await connection.execute(text("CREATE TABLE names (name varchar(9) UNIQUE)"))
        await put(connection, "jose")
        with pytest.raises(IntegrityError):
            await put(connection, equal)
    with pytest.raises(ValueError, match="must have COLLATE utf8mb4_nopad_bin"):
        async with client_on(own_mariadb_url, monkeypatch):
            pass


async def test_an_accent_is_another_account_and_an_emoji_is_a_name(
    own_mariadb_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client_on(own_mariadb_url, monkeypatch) as client:
        for email in ACCENTS:
            await sign_up(client, email)
        body = ADA | {"full_name": "\N{PILE OF POO}" * 100}
        answer = await client.post("/api/v1/users", json=body)
        assert answer.json()["full_name"] == body["full_name"]


async def test_what_is_too_long_is_refused_whatever_the_server_would_do(
    own_mariadb_url: str,
) -> None:
    lenient = {"init_command": "SET SESSION sql_mode = ''"}
    async with engine_of(own_mariadb_url, connect_args=lenient) as e, e.begin() as connection:
        await connection.execute(text("CREATE TABLE names (name varchar(3))"))
        await put(connection, "jose")
        assert await connection.scalar(text("SELECT name FROM names")) == "jos"
    async with engine_of(own_mariadb_url) as e, e.begin() as connection:
        assert "TRADITIONAL" in str(await connection.scalar(text("SELECT @@sql_mode")))
        with pytest.raises(DataError, match="Data too long"):
            await put(connection, "jose")


async def test_what_the_server_does_by_default(own_mariadb_url: str) -> None:
    """Why the engine sets times, and `DateTime` is another type."""
    columns = "at datetime, short text, bytes blob, document json"
    async with engine_of(own_mariadb_url, pool_size=1) as e, e.connect() as connection:
        waits = text("SELECT @@lock_wait_timeout, @@innodb_lock_wait_timeout")
        assert (await connection.execute(waits)).one() == (86_400, 50)
        await connection.execute(text(f"CREATE TEMPORARY TABLE defaults ({columns})"))
        insert_time = text("INSERT INTO defaults (at) VALUES ('2026-01-01 10:00:00.999')")
        await connection.execute(insert_time)
        at = await connection.scalar(text("SELECT at FROM defaults"))
        assert str(at) == "2026-01-01 10:00:00"
        for change in (
            "UPDATE defaults SET short = repeat('x', 65536)",
            "UPDATE defaults SET bytes = repeat('x', 65536)",
        ):
            with pytest.raises(DataError, match="1406"):
                await connection.execute(text(change))
        await connection.execute(
            text("UPDATE defaults SET document = concat('\"', repeat('x', 65536), '\"')")
        )


async def test_a_named_primary_key_is_made_with_a_warning(
    own_mariadb_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with engine_of(own_mariadb_url) as e, e.begin() as connection:
        await create_tables(connection, Base.metadata)
    assert "Name 'pk_users' ignored" in caplog.text


async def test_to_create_a_table_commits_unless_it_is_temporary(own_mariadb_url: str) -> None:
    async with engine_of(own_mariadb_url) as e, e.connect() as connection:
        await connection.execute(text("CREATE TABLE names (name varchar(9))"))
        for kind, kept in (("TEMPORARY", 0), ("", 1)):
            await put(connection, "jose")
            await connection.execute(text(f"CREATE {kind} TABLE other{kept} (id int)"))
            await connection.rollback()
            assert await connection.scalar(text("SELECT count(*) FROM names")) == kept


async def test_a_migration_has_no_time_limit_which_would_cut_an_alter(own_mariadb_url: str) -> None:
    engine = create_engine(own_mariadb_url, 1, command_timeout=None)  # as in env.py
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT @@max_statement_time")) == 0
        await connection.execute(text("CREATE TABLE big SELECT seq AS id FROM seq_1_to_50000"))
        await connection.execute(text("SET SESSION max_statement_time = 0.001"))
        with pytest.raises(OperationalError, match="max_statement_time"):
            await connection.execute(text("ALTER TABLE big ADD INDEX (id), ALGORITHM=COPY"))
    await engine.dispose()


async def test_a_statement_that_takes_too_long_ends_on_the_server(own_mariadb_url: str) -> None:
    engine = create_engine(own_mariadb_url, 1, command_timeout=1)
    async with engine.connect() as connection:
        with pytest.raises(OperationalError, match="max_statement_time") as caught:
            await connection.execute(
                text("SELECT sum(a.seq) FROM seq_1_to_90000 a, seq_1_to_90000 b")
            )
    await engine.dispose()
    assert is_passing(caught.value)


async def test_a_transaction_sees_what_others_committed_meanwhile(own_mariadb_url: str) -> None:
    """The default does not: it reads old rows for as long as the transaction lasts."""
    seen = []
    for options in ({}, {"pool_size": 2}):
        async with (
            engine_of(own_mariadb_url, **options) as engine,
            engine.connect() as reader,
            engine.connect() as writer,
        ):
            await writer.execute(text("CREATE OR REPLACE TABLE names (name varchar(9))"))
            assert await reader.scalar(text("SELECT count(*) FROM names")) == 0
            await put(writer, "jose")
            await writer.commit()
            seen.append(await reader.scalar(text("SELECT count(*) FROM names")))
    assert seen == [1, 0]


async def test_a_deadlock_passes_and_a_bug_does_not(own_mariadb_url: str) -> None:
    async with (
        engine_of(own_mariadb_url) as engine,
        engine.connect() as one,
        engine.connect() as two,
    ):
        await one.execute(text("CREATE TABLE names (name varchar(9) PRIMARY KEY)"))
        await put(one, "a")
        await put(two, "b")
        done = await asyncio.gather(put(one, "b"), put(two, "a"), return_exceptions=True)
        [deadlock] = [error for error in done if isinstance(error, OperationalError)]
        assert "Deadlock" in str(deadlock)
        assert is_passing(deadlock)
        with pytest.raises(DBAPIError) as caught:
            await two.execute(text("SELECT * FROM nowhere"))
        assert not is_passing(caught.value)


async def test_a_request_that_waits_for_a_lock_answers_503_after_5_seconds(
    own_mariadb_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client_on(own_mariadb_url, monkeypatch) as client, engine_of(own_mariadb_url) as e:
        async with e.connect() as locker:
            await locker.execute(text("LOCK TABLES products WRITE"))
            started = time.monotonic()
            answer = await client.get("/api/v1/products")
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "1")
            assert 4 < time.monotonic() - started < patient(8)
            await locker.execute(text("UNLOCK TABLES"))  # the pool does not
        assert (await client.get("/api/v1/products")).status_code == 200


# A ping that the health check gave up is now and then left to the collector, which says so.
@pytest.mark.live
@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_server_that_is_away_or_hangs_answers_503_and_is_found_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("app.main.create_engine", partial(create_engine, command_timeout=1))

    async def statuses(client: AsyncClient) -> tuple[int, int]:
        paths = ("/healthz", "/api/v1/products")
        health, products = await asyncio.gather(*(client.get(path) for path in paths))
        return health.status_code, products.status_code

    with running_mariadb() as server:
        url = server.url.replace("/mysql", "/shop")
        async with engine_of(server.url, pool_size=1) as engine, engine.begin() as connection:
            await connection.execute(text("CREATE DATABASE shop COLLATE utf8mb4_nopad_bin"))
        async with client_on(url, monkeypatch) as client:
            assert await statuses(client) == (200, 200)
            for how in (signal.SIGTERM, signal.SIGKILL):
                await asyncio.to_thread(server.stop, how)
                assert await statuses(client) == (503, 503)
                await asyncio.to_thread(server.start)
                assert await statuses(client) == (200, 200)
            assert server.process is not None
            server.process.send_signal(signal.SIGSTOP)
            assert await statuses(client) == (503, 503)
            server.process.send_signal(signal.SIGCONT)
            assert await statuses(client) == (200, 200)


WAITING = "SELECT count(*) FROM information_schema.processlist WHERE state = 'User lock'"


@pytest.mark.live
async def test_who_migrates_waits_for_another_who_does(own_mariadb_url: str) -> None:
    """Two at once make the same tables, and one of them fails."""
    async with engine_of(own_mariadb_url) as engine, engine.connect() as other:
        lock = await other.run_sync(lock_of)
        await other.execute(text("SELECT GET_LOCK(:name, 0)"), lock)
        migrating = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "alembic", "upgrade", "head",
            cwd=ROOT, env=os.environ | {"APP_DATABASE_URL": own_mariadb_url},
        )  # fmt: skip
        while migrating.returncode is None and not await other.scalar(text(WAITING)):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        meanwhile = await other.run_sync(lambda c: inspect(c).get_table_names())
        await other.execute(text("DO RELEASE_LOCK(:name)"), lock)
    assert await migrating.wait() == 0
    assert meanwhile == []


Fail = Callable[..., str]


@pytest.fixture
def fail(tmp_path: Path) -> Fail:
    """Run all migrations and then these statements, of which the last fails; return the head."""

    def migrate(url: str, *statements: str) -> str:
        config = (ROOT / "alembic.ini").read_text().replace("%(here)s", str(ROOT))
        versions = f"{ROOT / 'migrations' / 'versions'}{os.pathsep}{tmp_path}"
        config = config.replace("[alembic]\n", f"[alembic]\nversion_locations = {versions}\n")
        (tmp_path / "alembic.ini").write_text(config)
        head = str(ScriptDirectory(str(ROOT / "migrations")).get_current_head())
        script = [
            "from alembic import op",
            'revision = "broken"',
            f'down_revision = "{head}"',
            "def upgrade() -> None:",
            *(f"    op.execute({statement!r})" for statement in statements),
        ]
        (tmp_path / "broken.py").write_text("\n".join(script))
        done = subprocess.run(
            [sys.executable, "-m", "alembic", "upgrade", "head"],
            cwd=tmp_path, env=os.environ | {"APP_DATABASE_URL": url},
            stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
        assert statements[-1] in done.stderr
        return head

    return migrate


async def found_in(url: str) -> tuple[set[str], str | None]:
    """Return the tables and the revision."""
    async with engine_of(url) as engine, engine.connect() as connection:
        tables = set(await connection.run_sync(lambda c: inspect(c).get_table_names()))
        query = text("SELECT version_num FROM alembic_version")
        return tables, await connection.scalar(query) if tables else None


HALVES = ("CREATE TABLE half_done (id int)", "CREATE TABLE users (id int)")


def test_a_migration_that_fails_stays_half_done(own_mariadb_url: str, fail: Fail) -> None:
    """So it holds one statement that can fail."""
    last = fail(own_mariadb_url, *HALVES)
    tables, revision = asyncio.run(found_in(own_mariadb_url))
    assert "half_done" in tables
    assert revision == last


def test_the_migrations_before_one_that_fails_are_remembered(
    own_mariadb_url: str, fail: Fail
) -> None:
    """With `engine.begin()` in env.py the tables are there, and the next run fails on them."""
    last = fail(own_mariadb_url, "UPDATE users SET nowhere = 1")
    tables, revision = asyncio.run(found_in(own_mariadb_url))
    assert "users" in tables
    assert revision == last


def test_a_migration_that_fails_leaves_nothing_on_postgresql(
    own_postgres_url: str, fail: Fail
) -> None:
    last = fail(own_postgres_url, *HALVES)
    tables, revision = asyncio.run(found_in(own_postgres_url))
    assert "half_done" not in tables
    assert revision == last
