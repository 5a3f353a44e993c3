"""Proof of tables-created-by-every-worker."""

import asyncio
from types import ModuleType

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import await_only

from tests.support.lock_waits import until_waiting

pytestmark = pytest.mark.usefixtures("postgres_database")


async def start(module: ModuleType) -> None:
    """Start the application as a worker does."""
    async with module.app.router.lifespan_context(module.app):
        pass


async def start_two(module: ModuleType) -> list[BaseException | None]:
    """Start a second worker while the first has created the tables and not yet committed."""
    created, goes_on = asyncio.Event(), asyncio.Event()

    @event.listens_for(module.Base.metadata, "after_create")
    def wait_before_the_commit(*_: object, **__: object) -> None:
        created.set()
        await_only(goes_on.wait())

    first = asyncio.create_task(start(module))
    await created.wait()
    second = asyncio.create_task(start(module))
    await until_waiting(module.engine, 1)
    goes_on.set()
    return await asyncio.gather(first, second, return_exceptions=True)


async def test_bad_workers_fail_to_start_on_an_empty_database(bad: ModuleType) -> None:
    first, second = await start_two(bad)
    assert first is None
    assert isinstance(second, IntegrityError)
    assert "duplicate key value violates unique constraint" in str(second)


async def test_bad_workers_start_at_the_second_try(bad: ModuleType) -> None:
    _, second = await start_two(bad)
    assert isinstance(second, IntegrityError)
    await start(bad)


async def test_good_workers_all_start(good: ModuleType) -> None:
    assert await start_two(good) == [None, None]
    async with good.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM orders")) == 0


async def test_bad_is_not_saved_by_if_not_exists(bad: ModuleType) -> None:
    create = text("CREATE TABLE IF NOT EXISTS notes (id int)")
    async with bad.engine.connect() as first, bad.engine.connect() as second:
        await first.execute(create)
        other = asyncio.create_task(second.execute(create))
        await until_waiting(bad.engine, 1)
        await first.commit()
        with pytest.raises(IntegrityError, match="duplicate key value violates unique constraint"):
            await other
    assert isinstance((await start_two(bad))[1], IntegrityError)
