"""The database is silent, or its pool empty: what requests get, and how all is well again."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable

import httpx
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

import outages
from live import live_server, wait_until_healthy
from patience import patient
from postgres import running_postgres
from proxy import proxied

pytestmark = pytest.mark.slow

Count = Callable[[], Awaitable[int]]
PRODUCTS = "/api/v1/products"
BLOCKED = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


async def timed(client: httpx.AsyncClient, path: str) -> tuple[int, float]:
    """Return the status of an answer, and its seconds."""
    started = time.monotonic()
    return (await client.get(path)).status_code, time.monotonic() - started


@pytest.mark.timeout(120)
async def test_a_silent_network_is_503_in_time_and_leaves_nothing_behind(
    own_postgres_url: str, idle_in_transaction: Count
) -> None:
    url = make_url(own_postgres_url)
    with proxied(url.port or 5432) as proxy:
        through = url.set(host="127.0.0.1", port=proxy.port)
        with live_server(through.render_as_string(hide_password=False)) as server:
            async with httpx.AsyncClient(base_url=server.url, timeout=patient(60)) as client:
                await asyncio.gather(*(client.get(PRODUCTS) for _ in range(10)))
                proxy.silence()
                health, *requests = await asyncio.gather(
                    timed(client, "/healthz"), *(timed(client, PRODUCTS) for _ in range(20))
                )
                assert health[0] == 503
                assert 2 < health[1] < patient(6)
                assert Counter(status for status, _ in requests) == {503: 20}
                assert max(seconds for _, seconds in requests) < patient(30)
                proxy.resume()
                await asyncio.to_thread(wait_until_healthy, server, 5)
                answers = await asyncio.gather(*(timed(client, PRODUCTS) for _ in range(20)))
                assert Counter(status for status, _ in answers) == {200: 20}
                assert max(seconds for _, seconds in answers) < patient(5)
                assert await idle_in_transaction() == 0


@pytest.mark.timeout(120)
async def test_an_empty_pool_is_503_after_ten_seconds_while_health_stays_200(
    own_postgres_url: str, idle_in_transaction: Count
) -> None:
    engine = create_async_engine(own_postgres_url)
    with live_server(own_postgres_url, APP_DATABASE_POOL_SIZE="2") as server:
        async with httpx.AsyncClient(base_url=server.url, timeout=patient(60)) as client:
            async with engine.begin() as connection:
                await connection.execute(text("LOCK TABLE products"))
                requests = [asyncio.create_task(timed(client, PRODUCTS)) for _ in range(10)]
                # both connections of the pool
                while await connection.scalar(BLOCKED) < 2:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.01)
                assert (await timed(client, "/healthz"))[0] == 200
                answers = await asyncio.gather(*requests)
            assert Counter(status for status, _ in answers) == {503: 10}
            assert all(9 < seconds < patient(25) for _, seconds in answers)
            assert (await timed(client, PRODUCTS))[0] == 200
            assert await idle_in_transaction() == 0
    await engine.dispose()


@pytest.mark.parametrize("fault", ["the database is stopped", "the database crashes"])
def test_of_requests_under_way_when_the_database_ends_none_is_a_500(fault: str) -> None:
    with running_postgres() as postgres:
        seen = outages.measure(postgres, fault, seconds=1)
    assert seen["answers"].keys() <= {"200", "503"}
    assert seen["answers"]["503"] > 0
    assert seen["well after"] < patient(5)
    assert seen["idle in transaction"] == 0
