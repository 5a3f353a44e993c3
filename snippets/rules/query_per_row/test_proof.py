"""Proof of query-per-row."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient
from sqlalchemy import event

pytestmark = pytest.mark.usefixtures("postgres_database")


async def queries_for(module: ModuleType, number: int) -> int:
    """List this many books of as many authors; return how many queries that took."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        ids = range(1, number + 1)
        session.add_all([module.Author(id=i, name=f"author {i}") for i in ids])
        await session.flush()
        session.add_all([module.Book(id=i, title=f"book {i}", author_id=i) for i in ids])
    queries: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        queries.append(statement)

    event.listen(module.engine.sync_engine, "before_cursor_execute", note)
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        books = (await client.get("/books")).json()
    assert books[-1] == {"title": f"book {number}", "author": f"author {number}"}
    return len(queries)


async def test_bad_asks_for_each_row(bad: ModuleType) -> None:
    assert await queries_for(bad, 20) == 21


async def test_good_asks_once(good: ModuleType) -> None:
    assert await queries_for(good, 20) == 1
