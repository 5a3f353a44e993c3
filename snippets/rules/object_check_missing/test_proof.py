"""Proof of object-check-missing."""

from types import ModuleType

import pytest
from httpx import ASGITransport, AsyncClient

pytestmark = pytest.mark.usefixtures("sqlite_database")


async def statuses(module: ModuleType) -> dict[str, list[int]]:
    """Let a stranger, then the author, change and delete a note; return the statuses."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        session.add_all([module.User(id=i, key_digest=f"key{i}") for i in (1, 2)])
        session.add(module.Note(id=7, author_id=1, text="mine"))
    transport = ASGITransport(module.app)
    found: dict[str, list[int]] = {}
    async with AsyncClient(transport=transport, base_url="http://test") as client:
        for who, key in (("stranger", "key2"), ("author", "key1")):
            headers = {"Authorization": f"Bearer {key}"}
            changed = await client.put("/notes/7", params={"text": "new"}, headers=headers)
            deleted = await client.delete("/notes/7", headers=headers)
            found[who] = [changed.status_code, deleted.status_code]
    return found


async def test_bad_lets_a_stranger_delete(bad: ModuleType) -> None:
    assert await statuses(bad) == {"stranger": [404, 204], "author": [404, 404]}


async def test_good_lets_the_author_alone(good: ModuleType) -> None:
    assert await statuses(good) == {"stranger": [404, 404], "author": [204, 204]}
