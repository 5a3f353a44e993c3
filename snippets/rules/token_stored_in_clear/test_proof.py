"""Proof of token-stored-in-clear: somebody has a copy of the table."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

pytestmark = pytest.mark.usefixtures("sqlite_database")


async def statuses(module: ModuleType) -> dict[str, int]:
    """Reset a password with what the table holds, then with what was sent; return the statuses."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    found: dict[str, int] = {}
    sent: list[str] = []
    module.send = lambda _user_id, token: sent.append(token)  # type: ignore[attr-defined]
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        await client.post("/resets", json={"user_id": 1})
        async with module.engine.connect() as connection:
            rows = await connection.execute(text("SELECT * FROM password_resets"))
            read = rows.one()[0]
        for who, token in (("thief", read), ("owner", sent[0]), ("again", sent[0])):
            answer = await client.post("/passwords", json={"token": token})
            found[who] = answer.status_code
    return found


async def test_bad_serves_who_reads_the_table(bad: ModuleType) -> None:
    assert await statuses(bad) == {"thief": 200, "owner": 403, "again": 403}


async def test_good_serves_who_got_the_mail(good: ModuleType) -> None:
    assert await statuses(good) == {"thief": 403, "owner": 200, "again": 403}
