"""Proof of two-scopes-two-sessions."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import func, select, text
from sqlalchemy.exc import InvalidRequestError

pytestmark = pytest.mark.usefixtures("postgres_database")


async def request_of_ann(
    module: ModuleType, method: str, path: str, *, raise_app_exceptions: bool = True
) -> Response:
    """Send a request as Ann, who shares the table with Bob."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
        await connection.execute(text("INSERT INTO users (name) VALUES ('Ann'), ('Bob')"))
    transport = ASGITransport(module.app, raise_app_exceptions=raise_app_exceptions)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.request(method, path, headers={"X-User-Id": "1"})


async def test_bad_cannot_point_to_what_the_dependency_loaded(bad: ModuleType) -> None:
    with pytest.raises(InvalidRequestError, match=r"Object '<User .*' is already attached to"):
        await request_of_ann(bad, "POST", "/notes?text=hello")


async def test_bad_answers_200_for_a_change_that_its_flush_did_not_write(bad: ModuleType) -> None:
    # the commit of the other session fails too late for the client
    response = await request_of_ann(bad, "PATCH", "/me?name=Bob", raise_app_exceptions=False)
    assert (response.status_code, response.json()) == (200, {"name": "Bob"})
    async with bad.sessionmaker() as session:
        assert (await session.get(bad.User, 1)).name == "Ann"


async def test_good_points_to_what_the_dependency_loaded(good: ModuleType) -> None:
    response = await request_of_ann(good, "POST", "/notes?text=hello")
    assert response.status_code == 201
    async with good.sessionmaker() as session:
        assert await session.scalar(select(func.count(good.Note.id))) == 1


async def test_good_writes_the_change_and_reports_the_conflict(good: ModuleType) -> None:
    assert (await request_of_ann(good, "PATCH", "/me?name=Bob")).status_code == 409
