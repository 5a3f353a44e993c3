"""Proof of read-only-failover."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.support.outcomes import outcome

pytestmark = pytest.mark.usefixtures("postgres_database")
REFUSED = "cannot execute INSERT in a read-only transaction"


async def sign_up_after_a_failover(module: ModuleType, url: str) -> list[int | str]:
    """Return what comes of two sign-ups: the pooled connection is to a read-only server.

    The database plays both servers: who connects while it is read-only stays read-only.
    """
    admin = create_async_engine(url)
    async with admin.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        name = await connection.scalar(text("SELECT current_database()"))
        await connection.execute(
            text(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        )
    async with module.engine.connect():
        pass
    await admin.dispose()
    async with admin.connect() as connection:
        await connection.execute(text("SET default_transaction_read_only = off"))
        await connection.commit()
        await connection.execute(text(f"ALTER DATABASE {name} RESET default_transaction_read_only"))
        await connection.commit()
    await admin.dispose()
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        return [await outcome(client.post("/users")) for _ in range(2)]


async def test_bad_never_writes_again(bad: ModuleType, postgres_database: str) -> None:
    for error in await sign_up_after_a_failover(bad, postgres_database):
        assert REFUSED in str(error)


async def test_good_fails_once(good: ModuleType, postgres_database: str) -> None:
    error, status = await sign_up_after_a_failover(good, postgres_database)
    assert REFUSED in str(error)
    assert status == 201
