"""Proof of password-hash-fast: somebody has a copy of the table, and a list of passwords."""

import time
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

pytestmark = pytest.mark.usefixtures("sqlite_database")


async def stored(module: ModuleType) -> list[str]:
    """Make two accounts with one password, and return what the table has of it."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        for name in ("ada", "bob"):
            sent = {"username": name, "password": "secret-04711"}
            assert (await client.post("/users", data=sent)).status_code == 201
            assert (await client.post("/login", data=sent)).status_code == 200
    async with module.engine.connect() as connection:
        return list(await connection.scalars(text("SELECT password FROM users")))


def tried_in(seconds: float, module: ModuleType, kept: str) -> tuple[int, str]:
    """Return how many passwords of a list can be tried in some seconds, and the one that fits."""
    until = time.perf_counter() + seconds
    for number in range(100_000):
        if module.matches(f"secret-{number:05}", kept):
            return number, f"secret-{number:05}"
        if time.perf_counter() > until:
            return number, ""
    return 100_000, ""


async def test_bad_is_found_in_a_list(bad: ModuleType) -> None:
    ada, bob = await stored(bad)
    assert ada == bob
    assert tried_in(60, bad, ada) == (4711, "secret-04711")


async def test_good_takes_too_long_to_try(good: ModuleType) -> None:
    ada, bob = await stored(good)
    assert ada != bob
    count, found = tried_in(1, good, ada)
    assert (count < 1000, found) == (True, "")
