"""Proof of route-without-check."""

from types import ModuleType
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy import func, select

pytestmark = pytest.mark.usefixtures("sqlite_database")


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """The key of the members."""
    monkeypatch.setenv("APP_TEAM_KEY", "known to members")
    return "known to members"


async def statuses(module: ModuleType, headers: dict[str, str]) -> list[int]:
    """Change a note, then delete it; return the statuses, and how many notes are left."""
    async with module.engine.begin() as connection:
        await connection.run_sync(module.Base.metadata.create_all)
    async with module.sessionmaker.begin() as session:
        await session.merge(module.Note(id=7, text="the plan"))
    transport = ASGITransport(module.app)
    async with AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        changed = await client.put("/notes/7", params={"text": "mine"})
        deleted = await client.delete("/notes/7")
    async with module.sessionmaker() as session:
        left = await session.scalar(select(func.count()).select_from(module.Note))
    return [changed.status_code, deleted.status_code, left]


async def test_bad_lets_anybody_delete(bad: ModuleType, key: str) -> None:
    assert await statuses(bad, {"Authorization": f"Bearer {key}"}) == [204, 204, 0]
    assert await statuses(bad, {}) == [401, 204, 0]


async def test_bad_documents_no_lock(bad: ModuleType) -> None:
    operations = bad.app.openapi()["paths"]["/notes/{note_id}"]
    assert "security" in operations["put"]
    assert "security" not in operations["delete"]


async def test_good_asks_for_each(good: ModuleType, key: str) -> None:
    assert await statuses(good, {}) == [401, 401, 1]
    assert await statuses(good, {"Authorization": f"Bearer {key}"}) == [204, 204, 0]


async def test_good_asks_once_whether_an_endpoint_takes_the_member_or_not(good: ModuleType) -> None:
    asked: list[str] = []

    @good.router.post("/old")
    def old(name: Annotated[str, Depends(good.get_member)]) -> str:
        return name

    @good.router.post("/new")
    def new() -> str:
        return "done"

    app = FastAPI()
    app.include_router(good.router)
    app.dependency_overrides[good.get_member] = lambda: asked.append("once") or "a member"
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        for path in ("/notes/old", "/notes/new"):
            assert (await client.post(path)).status_code == 200
    assert asked == ["once", "once"]
