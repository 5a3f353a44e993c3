"""Proof of tests-wrong-loop."""

import asyncio
import os
import sys
from pathlib import Path

import pytest


async def run_pytest(file: Path, url: str, **loop_scopes: str) -> str:
    """Run a file's tests as a project of its own, and return what pytest says."""
    options = {"asyncio_mode": "auto"}
    options |= {f"asyncio_default_{kind}_loop_scope": scope for kind, scope in loop_scopes.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-c", "/dev/null", "-p", "no:cacheprovider", "--tb=native",
        "--noconftest", *(f"--override-ini={name}={value}" for name, value in options.items()),
        str(file),
        cwd=file.parent, env=os.environ | {"APP_DATABASE_URL": url}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    output, _ = await process.communicate()
    return output.decode()


@pytest.mark.slow
async def test_bad_fails_in_the_second_test_unless_tests_and_fixtures_share_a_loop(
    bad_file: Path, postgres_database: str, tmp_path: Path
) -> None:
    sqlite_database = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    alone, fixtures, both, on_sqlite = await asyncio.gather(
        run_pytest(bad_file, postgres_database, fixture="function"),
        run_pytest(bad_file, postgres_database, fixture="session"),
        run_pytest(bad_file, postgres_database, fixture="session", test="session"),
        run_pytest(bad_file, sqlite_database, fixture="function"),
    )
    for output in alone, fixtures:
        assert "attached to a different loop" in output or "Event loop is closed" in output
        assert "1 failed, 1 passed" in output
    assert "2 passed" in both
    assert "2 passed" in on_sqlite


@pytest.mark.slow
async def test_good_passes_in_a_loop_for_each_test(good_file: Path, postgres_database: str) -> None:
    assert "2 passed" in await run_pytest(good_file, postgres_database, fixture="function")
