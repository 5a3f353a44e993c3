"""Proof of scoped-session-shared."""

import asyncio
import threading
import time
from collections import Counter
from types import ModuleType

import httpx
import pytest
from sqlalchemy.orm import Session


class Watch:
    """Notes whether two requests use one session at the same time."""

    def __init__(self) -> None:
        self.shared = 0
        self._lock = threading.Lock()
        self._using: Counter[int] = Counter()

    def count_notes(self, session: Session) -> int:
        """Use a session for some milliseconds."""
        with self._lock:
            self._using[id(session)] += 1
            self.shared += self._using[id(session)] > 1
        time.sleep(0.01)
        with self._lock:
            self._using[id(session)] -= 1
        return 0


async def ask(client: httpx.AsyncClient, after: float) -> int:
    await asyncio.sleep(after)
    return (await client.get("/notes/count")).status_code


async def shared(module: ModuleType, monkeypatch: pytest.MonkeyPatch, gap: float) -> int:
    """Return how often two of 300 requests shared a session, when one comes each `gap` seconds."""
    watch = Watch()
    monkeypatch.setattr(module, "count_notes", watch.count_notes)
    transport = httpx.ASGITransport(module.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for _ in range(10):  # until some pair of requests meets
            asked = (ask(client, number * gap) for number in range(300))
            assert set(await asyncio.gather(*asked)) == {200}
            if watch.shared:
                break
    return watch.shared


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_shares_sessions_under_load(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await shared(bad, monkeypatch, 0.002) > 0


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_shares_nothing_one_at_a_time(
    bad: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = Watch()
    monkeypatch.setattr(bad, "count_notes", watch.count_notes)
    transport = httpx.ASGITransport(bad.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for _ in range(5):
            assert await ask(client, 0) == 200
    assert watch.shared == 0
    assert bad.new_session() is bad.new_session()


@pytest.mark.usefixtures("sqlite_database")
async def test_bad_has_one_session_for_all_coroutines(bad: ModuleType) -> None:
    async def open_session() -> Session:
        await asyncio.sleep(0)
        found: Session = bad.new_session()
        return found

    one, other = await asyncio.gather(open_session(), open_session())
    assert one is other
    one.add(bad.Note(text="half done"))
    other.rollback()  # of another request
    assert not one.new


@pytest.mark.usefixtures("sqlite_database")
async def test_good_has_one_session_for_each_request(
    good: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await shared(good, monkeypatch, 0.002) == 0
    assert good.new_session() is not good.new_session()
