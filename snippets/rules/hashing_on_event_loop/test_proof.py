"""Proof of hashing-on-event-loop."""

import asyncio
import time
from collections.abc import Callable
from types import ModuleType

import httpx
import pytest
from fastapi import FastAPI
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from patience import patient


@pytest.fixture(autouse=True)
def slow_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set a hash that is slower than the recommended one, so that noise does not count."""
    hasher = Argon2Hasher(memory_cost=19_456, time_cost=25, parallelism=1)
    monkeypatch.setenv("ADMIN_PASSWORD_HASH", PasswordHash((hasher,)).hash("secret"))


async def longest_wait_of_others(app_url: str) -> float:
    """Return the longest wait of other requests while one is logged in, as a part of that."""
    async with httpx.AsyncClient(base_url=app_url, timeout=patient(20)) as client:
        await client.get("/products")
        started = time.perf_counter()
        login = asyncio.create_task(client.get("/admin", auth=("admin", "secret")))
        longest = 0.0
        while not login.done():
            before = time.perf_counter()
            assert (await client.get("/products")).json() == ["tea"]
            longest = max(longest, time.perf_counter() - before)
            await asyncio.sleep(0.01)
        assert (await login).json() == {"status": "fine"}
        return longest / (time.perf_counter() - started)


async def share_waited(app_url: str) -> float:
    """Return the smallest of three: a busy machine makes others wait too."""
    return min([await longest_wait_of_others(app_url) for _ in range(3)])


async def test_bad_answers_nobody_while_it_verifies_a_password(
    bad: ModuleType, serve: Callable[[FastAPI], str]
) -> None:
    assert await share_waited(serve(bad.app)) > 0.7


async def test_good_answers_others_while_it_verifies_a_password(
    good: ModuleType, serve: Callable[[FastAPI], str]
) -> None:
    assert await share_waited(serve(good.app)) < 0.35
