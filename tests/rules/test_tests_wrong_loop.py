"""Proof of snippets/rules/tests-wrong-loop."""

import asyncio
import sys
from pathlib import Path

import pytest


async def run_pytest(file: Path, **loop_scopes: str) -> str:
    """Run a file's tests as a project of its own, and return what pytest says."""
    options = {"asyncio_mode": "auto"}
    options |= {f"asyncio_default_{kind}_loop_scope": scope for kind, scope in loop_scopes.items()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "pytest", "-c", "/dev/null", "-p", "no:cacheprovider", "--tb=native",
        *(f"--override-ini={name}={value}" for name, value in options.items()), str(file),
        cwd=file.parent, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await process.communicate()
    return output.decode()


@pytest.mark.usefixtures("postgres_database")
async def test_bad_fails_in_the_second_test_unless_tests_and_fixtures_share_a_loop(
    bad_file: Path,
) -> None:
    alone, fixtures, both = await asyncio.gather(
        run_pytest(bad_file, fixture="function"),
        run_pytest(bad_file, fixture="session"),
        run_pytest(bad_file, fixture="session", test="session"),
    )
    for output in alone, fixtures:
        assert "attached to a different loop" in output or "Event loop is closed" in output
        assert "1 failed, 1 passed" in output
    assert "2 passed" in both


@pytest.mark.usefixtures("postgres_database")
async def test_good_passes_in_a_loop_for_each_test(good_file: Path) -> None:
    assert "2 passed" in await run_pytest(good_file, fixture="function")
