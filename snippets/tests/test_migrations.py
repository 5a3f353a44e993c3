"""Migrations and models describe the same database."""

import ast
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def alembic(database_url: str, *arguments: str, folder: Path = ROOT) -> str:
    """Run Alembic as one would on the command line; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "alembic", *arguments],
        cwd=folder,
        env=os.environ | {"APP_DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_migrations_lead_from_nothing_to_the_models_and_back(own_database_url: str) -> None:
    alembic(own_database_url, "upgrade", "head")
    assert "No new upgrade operations detected" in alembic(own_database_url, "check")
    alembic(own_database_url, "downgrade", "base")
    alembic(own_database_url, "upgrade", "head")


def test_a_new_migration_comes_from_the_template(own_database_url: str, tmp_path: Path) -> None:
    alembic(own_database_url, "upgrade", "head")
    versions = f"{ROOT / 'migrations' / 'versions'}"
    config = (ROOT / "alembic.ini").read_text().replace("%(here)s", str(ROOT))
    Path(tmp_path, "alembic.ini").write_text(
        f"{config}version_locations = {versions}{os.pathsep}{tmp_path}\n"
    )
    alembic(
        own_database_url, "revision", "--autogenerate", "-m", "nothing", "--rev-id", "0002",
        "--version-path", str(tmp_path), folder=tmp_path,
    )  # fmt: skip
    [script] = tmp_path.glob("*_0002_nothing.py")
    ast.parse(script.read_text())
