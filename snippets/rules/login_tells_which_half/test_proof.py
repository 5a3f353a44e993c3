"""Proof of login-tells-which-half."""

from types import ModuleType

import httpx
import pytest

pytestmark = pytest.mark.usefixtures("sqlite_database")


async def answers(module: ModuleType) -> list[tuple[int, bytes, list[str]]]:
    """Return what an unknown account and a wrong password get: status, body, headers."""
    user = module.User(email="ada@example.com", password_hash=module.DUMMY_HASH)
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add(user)
    transport = httpx.ASGITransport(module.app)
    found = []
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for email in ("eve@example.com", "ada@example.com"):
            data = {"username": email, "password": "wrong"}
            answer = await client.post("/login", data=data)
            found.append((answer.status_code, answer.content, sorted(answer.headers)))
    return found


async def test_bad_tells_them_apart(bad: ModuleType) -> None:
    unknown, wrong = await answers(bad)
    assert (unknown[0], wrong[0]) == (404, 401)


async def test_good_answers_both_alike(good: ModuleType) -> None:
    unknown, wrong = await answers(good)
    assert unknown == wrong
    assert unknown[0] == 401
