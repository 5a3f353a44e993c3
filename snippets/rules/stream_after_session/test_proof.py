"""Proof of stream-after-session."""

import gc
import warnings
from collections.abc import Iterator
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text
from sqlalchemy.exc import SAWarning
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

pytestmark = pytest.mark.usefixtures("postgres_database")


@pytest.fixture(autouse=True)
def collect_no_garbage() -> Iterator[None]:
    """Let nothing but the code under test give connections back."""
    gc.collect()
    gc.disable()
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)  # of a test that failed on the way
        gc.collect()
    gc.enable()


async def download(module: ModuleType, times: int) -> None:
    """Download the export of one user, again and again; it is complete each time."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        await connection.execute(text("INSERT INTO users (email) VALUES ('ann@example.com')"))
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        for _ in range(times):
            response = await client.get("/export")
            assert (response.status_code, response.text) == (200, "ann@example.com\n")


async def idle_in_transaction(url: str, module: ModuleType) -> int:
    """Count the connections that hold a transaction open and do nothing."""
    engine = module.create_async_engine(url)
    async with engine.connect() as connection:
        count = await connection.scalar(
            text(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE datname = current_database() AND state = 'idle in transaction'"
            )
        )
    await engine.dispose()
    assert isinstance(count, int)
    return count


async def test_bad_leaves_a_connection_in_a_transaction_until_garbage_is_collected(
    bad: ModuleType, postgres_database: str, caplog: pytest.LogCaptureFixture
) -> None:
    await download(bad, 3)
    assert bad.engine.pool.checkedout() == 3
    assert await idle_in_transaction(postgres_database, bad) == 3
    with pytest.warns(SAWarning, match="clean up non-checked-in connection"):
        gc.collect()
    assert "The garbage collector is trying to clean up" in caplog.text
    assert bad.engine.pool.checkedout() == 0


async def test_bad_exhausts_the_pool(bad: ModuleType) -> None:
    with pytest.raises(PoolTimeoutError, match="QueuePool limit of size 5 overflow 0 reached"):
        await download(bad, 6)
    with pytest.warns(SAWarning, match="clean up non-checked-in connection"):
        gc.collect()


async def test_good_gives_every_connection_back(good: ModuleType, postgres_database: str) -> None:
    await download(good, 6)
    assert good.engine.pool.checkedout() == 0
    assert await idle_in_transaction(postgres_database, good) == 0
