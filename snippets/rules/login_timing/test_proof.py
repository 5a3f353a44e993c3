"""Proof of login-timing."""

import time
from types import ModuleType

import httpx
import pytest


def count_verifications(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that every verified password will be added to."""
    verified: list[str] = []

    really_verify = module.password_hash.verify

    def verify(password: str, expected: str) -> bool:
        verified.append(password)
        return bool(really_verify(password, expected))

    monkeypatch.setattr(module.password_hash, "verify", verify)
    return verified


async def log_in(client: httpx.AsyncClient, email: str, password: str) -> tuple[float, int]:
    """Return how long the answer took, and its status."""
    started = time.perf_counter()
    response = await client.post("/login", data={"username": email, "password": password})
    return time.perf_counter() - started, response.status_code


async def time_of_unknown_accounts(module: ModuleType) -> float:
    """Return the shortest time for an unknown account, as a part of that for a wrong password."""
    user = module.User(email="ada@example.com", password_hash=module.password_hash.hash("secret"))
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add(user)
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        assert (await log_in(client, "ada@example.com", "secret"))[1] == 200
        answers = [
            (await log_in(client, "ada@example.com", "wrong"), await log_in(client, "eve", "wrong"))
            for _ in range(3)
        ]
    assert {status for pair in answers for _, status in pair} == {401}
    known, unknown = zip(*answers, strict=True)
    return min(unknown)[0] / min(known)[0]


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_answers_much_faster_for_unknown_accounts(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = count_verifications(bad, monkeypatch)
    assert await time_of_unknown_accounts(bad) < 0.2
    assert len(verified) == 4


@pytest.mark.usefixtures("sqlite_database")
async def test_good_verifies_a_hash_for_unknown_accounts_too(
    good: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified = count_verifications(good, monkeypatch)
    assert await time_of_unknown_accounts(good) > 0.4
    assert len(verified) == 7
