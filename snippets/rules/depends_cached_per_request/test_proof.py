"""Proof of depends-cached-per-request."""

from types import ModuleType
from typing import Annotated, Any

from asgi_lifespan import LifespanManager
from fastapi import Depends, FastAPI
from httpx import ASGITransport, AsyncClient, Response


async def post(app: FastAPI, path: str, times: int) -> list[Response]:
    """Log in with a wrong password, again and again."""
    form = {"username": "ada", "password": "wrong"}
    async with (
        LifespanManager(app) as manager,
        AsyncClient(transport=ASGITransport(manager.app), base_url="http://test") as client,
    ):
        return [await client.post(path, data=form) for _ in range(times)]


async def test_bad_never_locks_as_each_request_counts_from_zero(bad: ModuleType) -> None:
    responses = await post(bad.app, "/login", 10)
    assert [response.status_code for response in responses] == [401] * 10


async def test_bad_makes_one_object_for_all_who_ask_in_a_request(bad: ModuleType) -> None:
    made: list[Any] = []
    init = bad.LoginAttempts.__init__

    def remember(self: Any) -> None:
        init(self)
        made.append(self)

    bad.LoginAttempts.__init__ = remember
    await post(bad.app, "/login", 3)
    assert len(made) == 3


async def test_bad_makes_another_without_the_cache_or_in_another_scope(bad: ModuleType) -> None:
    attempts = bad.LoginAttempts
    same = Annotated[attempts, Depends(bad.get_attempts)]
    uncached = Annotated[attempts, Depends(bad.get_attempts, use_cache=False)]
    scoped = Annotated[attempts, Depends(bad.get_attempts, scope="function")]

    @bad.app.post("/compare")
    async def compare(one: same, two: same, three: uncached, four: scoped) -> list[bool]:
        return [two is one, three is one, four is one]

    [response] = await post(bad.app, "/compare", 1)
    assert response.json() == [True, False, False]


async def test_good_locks_after_five_wrong_passwords(good: ModuleType) -> None:
    responses = await post(good.app, "/login", 10)
    assert [response.status_code for response in responses] == [401] * 5 + [429] * 5
