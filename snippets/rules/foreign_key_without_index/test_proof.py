"""Proof of foreign-key-without-index."""

from types import ModuleType

import httpx
import pytest
from sqlalchemy import event, text

pytestmark = pytest.mark.usefixtures("postgres_database")
_ROWS = 20_000


async def plans(module: ModuleType) -> tuple[str, str]:
    """Return how PostgreSQL runs the query of the endpoint, and finds what a deleted user has."""
    statements: list[tuple[str, object]] = []

    def note(
        _connection: object, _cursor: object, statement: str, given: object, *_: object
    ) -> None:
        statements.append((statement, given))

    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        await connection.execute(text("INSERT INTO users SELECT generate_series(1, 200)::text"))
        numbers = f"SELECT n, (n % 200 + 1)::text, 'x' FROM generate_series(1, {_ROWS}) n"
        await connection.execute(text(f"INSERT INTO orders (id, user_name, title) {numbers}"))
        await connection.execute(text("ANALYZE"))
    event.listen(module.engine.sync_engine, "before_cursor_execute", note)
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert len((await client.get("/users/7/orders")).json()) == 100
    event.remove(module.engine.sync_engine, "before_cursor_execute", note)
    statement, given = statements[-1]
    async with module.engine.connect() as connection:
        explained = await connection.exec_driver_sql(f"EXPLAIN {statement}", given)
        of_endpoint = "\n".join(explained.scalars())
        check = "EXPLAIN SELECT 1 FROM orders WHERE user_name = '7' FOR KEY SHARE"
        of_delete = "\n".join((await connection.exec_driver_sql(check)).scalars())
    return of_endpoint, of_delete


async def test_bad_reads_the_whole_table(bad: ModuleType) -> None:
    of_endpoint, of_delete = await plans(bad)
    assert "Seq Scan on orders" in of_endpoint
    assert "Seq Scan on orders" in of_delete


async def test_good_finds_the_rows_by_the_index(good: ModuleType) -> None:
    of_endpoint, of_delete = await plans(good)
    assert "Seq Scan" not in of_endpoint
    assert "Seq Scan" not in of_delete
