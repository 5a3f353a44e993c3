"""Proof of snippets/rules/tables-created-by-every-worker."""

import asyncio
from types import ModuleType

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, ProgrammingError

WORKERS = 5


async def start(module: ModuleType) -> None:
    """Start the application as a worker does."""
    async with module.app.router.lifespan_context(module.app):
        pass


async def start_workers(module: ModuleType) -> list[BaseException]:
    """Start it several times at once, each with a connection of its own; return what was raised."""
    connections = [await module.engine.connect() for _ in range(WORKERS)]
    for connection in connections:  # back to the pool: now nobody waits for a connection
        await connection.close()
    starts = (start(module) for _ in range(WORKERS))
    results = await asyncio.gather(*starts, return_exceptions=True)
    return [result for result in results if result is not None]


@pytest.mark.usefixtures("postgres_database")
async def test_bad_workers_fail_to_start_on_an_empty_database(bad: ModuleType) -> None:
    errors = await start_workers(bad)
    assert 1 <= len(errors) < WORKERS
    for error in errors:
        expected = {
            IntegrityError: "duplicate key value violates unique constraint",
            ProgrammingError: "already exists",
        }
        assert expected[type(error)] in str(error)


@pytest.mark.usefixtures("postgres_database")
async def test_good_workers_all_start(good: ModuleType) -> None:
    assert await start_workers(good) == []
    async with good.engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM orders")) == 0
