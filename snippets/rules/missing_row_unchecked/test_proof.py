"""Proof of missing-row-unchecked."""

from types import ModuleType

import httpx
import pytest

pytestmark = pytest.mark.usefixtures("postgres_database")


async def ask(module: ModuleType, path: str, caller: str = "Ada") -> int:
    """Return the status of an answer, where Ada is the only user."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        await session.merge(module.User(name="Ada", city="London"))
    transport = httpx.ASGITransport(module.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        response = await client.get(path, headers={"caller": caller})
    return response.status_code


@pytest.mark.parametrize("path", ["/users", "/cards"])
async def test_bad_answers_500_for_an_unknown_name(bad: ModuleType, path: str) -> None:
    assert await ask(bad, f"{path}/Ada") == 200
    assert await ask(bad, f"{path}/Bob") == 500


@pytest.mark.parametrize("path", ["/users", "/cards"])
async def test_good_answers_404(good: ModuleType, path: str) -> None:
    assert await ask(good, f"{path}/Ada") == 200
    assert await ask(good, f"{path}/Bob") == 404


async def test_bad_answers_500_for_an_unknown_caller(bad: ModuleType) -> None:
    assert await ask(bad, "/me", "Bob") == 500


async def test_good_answers_401(good: ModuleType) -> None:
    assert await ask(good, "/me", "Bob") == 401
