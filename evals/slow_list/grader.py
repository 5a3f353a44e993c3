"""The list takes a fixed number of queries, whatever its length, and answers what it did before."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from sqlalchemy import Engine, event

from evals.tools import check_passed, own_tests

FEW, MANY = 3, 12


@pytest.fixture
async def published(client: AsyncClient) -> list[dict[str, Any]]:
    """Articles of every kind, as the list has to show them."""
    shown = []
    for number in range(MANY):
        author = [None, "Ada", "Bo"][number % 3]
        comments = [f"{'cba'[n]}{number}" for n in range(number % 4)]  # the latest is no maximum
        new = {"title": f"T{number}", "author": author, "comments": [*comments, "spam"]}
        response = await client.post("/articles", json=new)
        assert response.status_code == 201, f"POST /articles answers {response.status_code}"
        latest = comments[-1] if comments else None
        row = {"id": response.json()["id"], "title": f"T{number}", "author": author}
        shown.append(row | {"comments": len(comments), "latest": latest})
    return shown[::-1]


@contextmanager
def statements() -> Iterator[list[str]]:
    """Yield a list of the statements that are sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def listed(client: AsyncClient, **params: int) -> list[dict[str, Any]]:
    response = await client.get("/articles", params=params)
    assert response.status_code == 200, f"GET /articles answers {response.status_code}"
    rows: list[dict[str, Any]] = response.json()
    return rows


async def test_fixed_number(client: AsyncClient, published: list[dict[str, Any]]) -> None:
    """Twelve articles take no more queries than three."""
    with statements() as few:
        await listed(client, limit=FEW)
    with statements() as many:
        await listed(client, limit=MANY)
    assert len(many) <= len(few), f"{FEW} articles take {len(few)} queries, {MANY} {len(many)}"


async def test_as_before(client: AsyncClient, published: list[dict[str, Any]]) -> None:
    """The list is what it was: order, authors, counts and latest comments, none that is hidden."""
    assert await listed(client) == published, "the list is another one"


async def test_pages(client: AsyncClient, published: list[dict[str, Any]]) -> None:
    """Limit and offset still cut out the same articles."""
    assert await listed(client, limit=7, offset=5) == published[5:], "the page is another one"
    for limit in (0, 501):
        refused = await client.get("/articles", params={"limit": limit})
        assert refused.status_code == 422, f"limit={limit} answers {refused.status_code}"


async def test_all(client: AsyncClient) -> None:
    """Without a limit, 120 articles are listed."""
    for number in range(120):
        await client.post("/articles", json={"title": f"T{number}", "author": "Ada"})
    rows = await listed(client)
    assert len(rows) == 120, f"{len(rows)} are"


async def test_fresh(client: AsyncClient, published: list[dict[str, Any]]) -> None:
    """An article that was just published is in the next answer."""
    await listed(client)
    new = {"title": "New", "author": "Ada", "comments": ["c"]}
    await client.post("/articles", json=new)
    assert (await listed(client))[0]["title"] == "New", "the list is kept from before"


def test_own_tests(answer: Path) -> None:
    """The tests of the service pass."""
    check_passed(own_tests(answer))
