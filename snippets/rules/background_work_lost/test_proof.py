"""Proof of background-work-lost."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from subprocess import Popen
from types import ModuleType

import httpx
import pytest
from sqlalchemy import text

Serve = Callable[[Path], tuple[str, Popen[bytes]]]

pytestmark = pytest.mark.usefixtures("postgres_database")


async def is_sent_after_a_crash(
    module: ModuleType, file: Path, serve_file: Serve, seconds: float
) -> bool:
    """Kill the server after its 201, start the app again, and see whether the receipt is sent.

    It takes 0.3 s to send; `seconds` is how long it has for it.
    """
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    url, process = await asyncio.to_thread(serve_file, file)
    async with httpx.AsyncClient() as client:
        response = await client.post(f"{url}/orders")
    process.kill()
    process.wait()
    assert (response.status_code, response.json()) == (201, {"id": 1})
    assert not await has_receipt(module)
    async with module.app.router.lifespan_context(module.app):
        for _ in range(round(seconds * 10)):
            await asyncio.sleep(0.1)
            if await has_receipt(module):
                return True
    return False


async def has_receipt(module: ModuleType) -> bool:
    """Return what the one order notes."""
    async with module.engine.connect() as connection:
        return bool((await connection.execute(text("SELECT has_receipt FROM orders"))).scalar_one())


@pytest.mark.slow
async def test_bad_never_sends_the_receipt(
    bad: ModuleType, bad_file: Path, serve_file: Serve
) -> None:
    assert not await is_sent_after_a_crash(bad, bad_file, serve_file, seconds=1.2)


@pytest.mark.slow
async def test_good_sends_the_receipt_after_the_restart(
    good: ModuleType, good_file: Path, serve_file: Serve
) -> None:
    assert await is_sent_after_a_crash(good, good_file, serve_file, seconds=15)
