"""Proof of default-computed-at-import."""

from datetime import datetime
from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient

pytestmark = pytest.mark.usefixtures("postgres_database")


async def two_notes(module: ModuleType) -> list[dict[str, str]]:
    """Write two notes, one after the other; return the answers."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        answers = [await client.post("/notes", json={"text": text}) for text in ("one", "two")]
    assert [answer.status_code for answer in answers] == [201, 201]
    return [answer.json() for answer in answers]


async def test_bad_gives_both_notes_one_time_and_one_identifier(bad: ModuleType) -> None:
    first, second = await two_notes(bad)
    assert first == second


async def test_good_gives_each_note_its_own(good: ModuleType) -> None:
    first, second = await two_notes(good)
    times = [datetime.fromisoformat(note["written_at"]) for note in (first, second)]
    assert times[0] < times[1]
    assert first["public_id"] != second["public_id"]
