"""Proof of session-shared-by-tasks."""

import asyncio
import time
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.exc import IllegalStateChangeError, InterfaceError, InvalidRequestError
from sqlalchemy.ext.asyncio import close_all_sessions

pytestmark = pytest.mark.usefixtures("postgres_database")


async def request(module: ModuleType, method: str, path: str, *, cold: bool = False) -> Response:
    """Create the tables; send one request, with a connection in the pool unless `cold`."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    if cold:
        await module.engine.dispose()
    transport = ASGITransport(module.app)
    try:
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            return await client.request(method, path)
    finally:  # what failed left the other task running, on a session that nobody closes
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)
        await close_all_sessions()


async def slowdown(module: ModuleType) -> float:
    """Return how much longer two slow counts take than one."""
    async with module.engine.connect() as one, module.engine.begin() as two:
        slow = text("CREATE VIEW orders AS SELECT 1 AS id FROM pg_sleep(0.4)")
        await two.execute(slow)
        await two.execute(text("CREATE VIEW events AS SELECT * FROM orders"))
        await two.commit()
        start = time.perf_counter()
        await one.execute(text("SELECT count(*) FROM orders"))
        single = time.perf_counter() - start
    start = time.perf_counter()
    async with AsyncClient(transport=ASGITransport(module.app), base_url="http://test") as client:
        assert (await client.get("/dashboard")).json() == {"orders": 1, "events": 1}
    return (time.perf_counter() - start) / single


async def test_bad_fails_while_the_pool_opens_a_connection(bad: ModuleType) -> None:
    with pytest.raises(IllegalStateChangeError, match=r"Method 'close\(\)' can't be") as caught:
        await request(bad, "GET", "/dashboard", cold=True)
    first = caught.value.__context__
    assert isinstance(first, InvalidRequestError)
    assert "This session is provisioning a new connection; concurrent operations" in str(first)


# now and then the second task adds its row while the first one flushes
@pytest.mark.filterwarnings("ignore:Usage of the 'Session.add:sqlalchemy.exc.SAWarning")
async def test_bad_fails_when_the_tasks_write(bad: ModuleType) -> None:
    with pytest.raises((InterfaceError, InvalidRequestError)) as caught:
        await request(bad, "POST", "/orders")
    # what gets out depends on which task was where; the first error stands in its context
    messages = []
    error: BaseException | None = caught.value
    while error is not None:
        messages.append(str(error))
        error = error.__context__
    assert any("Session is already flushing" in message for message in messages)


async def test_bad_reads_one_after_the_other(bad: ModuleType) -> None:
    assert await slowdown(bad) > 1.6


async def test_good_reads_while_the_pool_opens_connections(good: ModuleType) -> None:
    response = await request(good, "GET", "/dashboard", cold=True)
    assert response.json() == {"orders": 0, "events": 0}


async def test_good_writes_in_one_transaction(good: ModuleType) -> None:
    assert (await request(good, "POST", "/orders")).status_code == 201


async def test_good_reads_at_once(good: ModuleType) -> None:
    assert await slowdown(good) < 1.6
