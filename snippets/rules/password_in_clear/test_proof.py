"""Proof of password-in-clear: somebody has a copy of the table."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

pytestmark = pytest.mark.usefixtures("sqlite_database")
PASSWORD = "correct horse battery staple"


async def logins(module: ModuleType) -> dict[str, int]:
    """Log in with what the table holds, then with the password; return the statuses."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    found: dict[str, int] = {}
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        for name in ("ada@example.com", "bob@example.com"):
            sent = {"username": name, "password": PASSWORD}
            assert (await client.post("/users", data=sent)).status_code == 201
        async with module.engine.connect() as connection:
            copied = list(await connection.scalars(text("SELECT password FROM users")))
        tries = {"thief": copied[0], "owner": PASSWORD, "wrong": "another"}
        for who, password in tries.items():
            sent = {"username": "ada@example.com", "password": password}
            found[who] = (await client.post("/login", data=sent)).status_code
    found["the same"] = int(copied[0] == copied[1])
    return found


async def test_bad_serves_who_reads_the_table(bad: ModuleType) -> None:
    assert await logins(bad) == {"thief": 200, "owner": 200, "wrong": 401, "the same": 1}


async def test_good_serves_who_knows_the_password(good: ModuleType) -> None:
    assert await logins(good) == {"thief": 401, "owner": 200, "wrong": 401, "the same": 0}
