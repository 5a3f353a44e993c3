"""Proof of session-left-open."""

import gc
from collections.abc import Iterator
from types import ModuleType

import httpx
import pytest

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture(autouse=True)
def _no_collection() -> Iterator[None]:
    """Let the garbage collector find nothing meanwhile: when it runs is not the code's doing."""
    gc.disable()
    yield
    gc.enable()


async def ask(module: ModuleType, path: str, times: int) -> list[int]:
    """Return the statuses of several requests, one after the other."""
    module.Base.metadata.create_all(module.engine)
    transport = httpx.ASGITransport(module.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return [(await client.get(path)).status_code for _ in range(times)]


async def test_bad_keeps_a_connection_for_each_404(bad: ModuleType) -> None:
    assert await ask(bad, "/products/lamp", 3) == [404, 404, 500]
    assert bad.engine.pool.checkedout() == 2


async def test_bad_keeps_one_for_each_generator_that_nobody_keeps(bad: ModuleType) -> None:
    assert await ask(bad, "/products/count", 3) == [200, 200, 500]
    assert bad.engine.pool.checkedout() == 2


async def test_bad_gets_them_back_from_the_garbage_collector(bad: ModuleType) -> None:
    assert await ask(bad, "/products/lamp", 2) == [404, 404]
    kept = bad.engine.pool.checkedout()
    gc.collect()
    assert kept == 2
    assert bad.engine.pool.checkedout() < kept


async def test_good_closes_them(good: ModuleType) -> None:
    assert await ask(good, "/products/lamp", 3) == [404, 404, 404]
    assert await ask(good, "/products/count", 3) == [200, 200, 200]
    assert good.engine.pool.checkedout() == 0
