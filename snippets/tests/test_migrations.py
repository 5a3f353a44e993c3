"""Migrations and models describe the same database."""

import asyncio
import os
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from alembic.config import main
from sqlalchemy import Column, Enum, MetaData, Table, text

from app.core.config import get_settings
from app.core.db import TABLES_LOCK, create_engine, create_tables
from app.models import Base

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]


def alembic(database_url: str, *arguments: str, folder: Path = ROOT) -> str:
    """Run Alembic as one would on the command line; return what it printed."""
    return run_python(database_url, "-m", "alembic", *arguments, folder=folder)


def run_python(database_url: str, *arguments: str, folder: Path = ROOT) -> str:
    """Run Python without its programs on PATH, as `.venv/bin/python`; return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=os.environ | {"APP_DATABASE_URL": database_url, "PATH": os.defpath},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_migrations_lead_from_nothing_to_the_models_and_back(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process, as it takes others seconds to import what they need. `check` may exit."""
    monkeypatch.setenv("APP_DATABASE_URL", own_database_url)
    monkeypatch.chdir(ROOT)
    get_settings.cache_clear()
    for command in ("upgrade head", "check", "downgrade base", "upgrade head"):
        main(command.split())
    get_settings.cache_clear()


async def make_tables(database_url: str) -> None:
    """As `fastapi dev` does."""
    engine = create_engine(database_url, 1)
    async with engine.begin() as connection:
        await create_tables(connection, Base.metadata)
    await engine.dispose()


def test_who_migrates_tables_of_the_service_is_told_what_to_do(
    own_database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As after `fastapi dev`; also at the second try."""
    asyncio.run(make_tables(own_database_url))
    monkeypatch.setenv("APP_DATABASE_URL", own_database_url)
    monkeypatch.chdir(ROOT)
    get_settings.cache_clear()
    for _ in range(2):
        with pytest.raises(SystemExit):
            main(["upgrade", "head"])
        assert "FAILED: this database has tables" in capsys.readouterr().out
    for command in ("stamp head", "check", "upgrade head"):
        main(command.split())
    get_settings.cache_clear()


@pytest.fixture
def more_versions(tmp_path: Path) -> Path:
    """A folder for more migrations, from where Alembic finds them."""
    versions = f"{ROOT / 'migrations' / 'versions'}{os.pathsep}{tmp_path}"
    config = (ROOT / "alembic.ini").read_text().replace("%(here)s", str(ROOT))
    config = config.replace("[alembic]\n", f"[alembic]\nversion_locations = {versions}\n")
    (tmp_path / "alembic.ini").write_text(config)
    return tmp_path


@pytest.mark.live
def test_a_new_migration_comes_from_the_template(
    own_database_url: str, more_versions: Path
) -> None:
    alembic(own_database_url, "upgrade", "head")
    alembic(
        own_database_url, "revision", "--autogenerate", "-m", "nothing", "--rev-id", "0002",
        "--version-path", str(more_versions), folder=more_versions,
    )  # fmt: skip
    [script] = more_versions.glob("*_0002_nothing.py")
    assert '"""nothing."""\n\nrevision = "0002"\n' in script.read_text()


NEW_COLUMNS = """
from sqlalchemy.orm import Mapped, mapped_column
from app.models import Product
from app.models.base import Money, UtcDateTime
Product.sold_at = mapped_column(UtcDateTime, nullable=True)
Product.reduced = mapped_column(Money, nullable=True)
"""


@pytest.mark.live
def test_a_migration_that_autogenerate_makes_knows_the_projects_types(
    own_database_url: str, more_versions: Path
) -> None:
    shutil.copytree(ROOT / "app", more_versions / "app")
    shutil.copytree(ROOT / "migrations", more_versions / "migrations")
    shutil.copy(ROOT / "alembic.ini", more_versions)
    with (more_versions / "app" / "models" / "__init__.py").open("a") as models:
        models.write(NEW_COLUMNS)
    run = partial(alembic, own_database_url, folder=more_versions)
    run("upgrade", "head")
    run("revision", "--autogenerate", "-m", "more columns", "--rev-id", "0002")
    [script] = (more_versions / "migrations" / "versions").glob("*_0002_more_columns.py")
    for action in (["check"], ["format", "--check"]):
        run_python(own_database_url, "-m", "ruff", *action, str(script), folder=more_versions)
    assert "import app.models.base\n" in script.read_text()
    run("upgrade", "head")
    assert "No new upgrade operations detected" in run("check")


TRIES = """
SELECT query_start FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'ROLLBACK%'
"""


@pytest.mark.live
async def test_who_migrates_waits_for_another_who_does(own_postgres_url: str) -> None:
    """Two at once make the same tables, and one of them fails."""
    engine = create_engine(own_postgres_url, 1)
    async with engine.connect() as other:
        await other.execute(text(f"SELECT pg_advisory_lock({TABLES_LOCK})"))
        await other.commit()
        migrating = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "alembic", "upgrade", "head",
            cwd=ROOT, env=os.environ | {"APP_DATABASE_URL": own_postgres_url},
        )  # fmt: skip
        tries: set[object] = set()  # each ends in a ROLLBACK; so does the first connection
        while migrating.returncode is None and len(tries) < 3:
            tries |= {*await other.scalars(text(TRIES))}
            await other.rollback()
            await asyncio.sleep(0.1)
        meanwhile = await other.scalar(text("SELECT to_regclass('users')"))
    await engine.dispose()
    assert await migrating.wait() == 0
    assert meanwhile is None


LONG = """
from alembic import op
revision = "long"
down_revision = {}
def upgrade():
    with op.get_context().autocommit_block():
        op.execute("SELECT pg_sleep(11)")
        op.execute("CREATE INDEX CONCURRENTLY long ON users (id)")
"""


@pytest.mark.live
def test_a_migration_may_take_long_and_leave_its_transaction(
    own_postgres_url: str, more_versions: Path
) -> None:
    """The service gives a statement 10 s."""
    head = alembic(own_postgres_url, "heads").split()[0]
    (more_versions / "long.py").write_text(LONG.format(repr(head)))
    alembic(own_postgres_url, "upgrade", "head", folder=more_versions)
    assert alembic(own_postgres_url, "current", folder=more_versions) == "long (head)\n"


async def test_the_type_of_an_enum_outlives_its_table(own_postgres_url: str) -> None:
    """No downgrade that autogenerate writes drops it, and the next upgrade would make it again."""
    mood = Enum("good", "bad", name="mood")
    table = Table("moods", MetaData(), Column("mood", mood))
    there = text("SELECT count(*) FROM pg_type WHERE typname = 'mood'")
    engine = create_engine(own_postgres_url, 1)
    async with engine.begin() as connection:
        await connection.run_sync(table.create)
        await connection.execute(text("DROP TABLE moods"))
        assert await connection.scalar(there) == 1
        await connection.run_sync(Enum(name="mood").drop)
        assert await connection.scalar(there) == 0
    await engine.dispose()
